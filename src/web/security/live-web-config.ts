// Watches --web.config.file while the exporter runs: it is reloaded when it or a certificate changes; an invalid one changes nothing.

import { statSync } from 'node:fs';
import { ConfigError } from '../../common/config-error.ts';
import { errnoOf } from '../../common/errno.ts';
import type { Logger } from '../../common/log.ts';
import { reasonOf } from '../../common/reason.ts';
import { parseWebConfig, type WebConfig } from './web-config.ts';

export interface LiveWebConfig {
  /** The current configuration. Checks the files for changes first, at most once a second. */
  readonly current: () => WebConfig;
  /** Whether the file was valid when it last changed. */
  readonly isValid: () => boolean;
}

export interface LiveWebConfigOptions {
  readonly log: Logger;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
}

const CHECK_INTERVAL_MS = 1000;

/** Changes when the file is written or replaced, also behind a symbolic link. */
function stampOf(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
  } catch (error) {
    return errnoOf(error) ?? 'unreadable';
  }
}

/** Reads the file and follows its changes. @throws ConfigError when it is bad now */
export function openWebConfig(file: string, { log, now }: LiveWebConfigOptions): LiveWebConfig {
  const seen = new Map<string, string>();
  const read = (previous?: WebConfig): WebConfig => {
    seen.clear();
    // Stamps are taken before reading, so that a change in between is noticed the next time.
    seen.set(file, stampOf(file));
    const parsed = parseWebConfig(file);
    for (const path of parsed.files) seen.set(path, stampOf(path));
    const config = parsed.resolve();
    if (previous) {
      // An editor may leave an empty file for a moment: that must not let everybody in.
      if (parsed.isEmpty) throw new ConfigError(`${file} is empty`);
      if (!config.tls !== !previous.tls) throw new ConfigError('switching TLS on or off takes a restart');
    }
    return config;
  };

  let config = read();
  let isValid = true;
  let checkedAt = now();
  return {
    isValid: () => isValid,
    current: () => {
      if (now() - checkedAt < CHECK_INTERVAL_MS) return config;
      checkedAt = now();
      if ([...seen].every(([path, stamp]) => stampOf(path) === stamp)) return config;
      try {
        config = read(config);
        isValid = true;
        log.info('web configuration reloaded', { file, tls: config.tls !== undefined, users: config.users.size });
      } catch (error) {
        isValid = false;
        log.error('web configuration invalid, the previous one stays in use', { file, reason: reasonOf(error) });
      }
      return config;
    },
  };
}
