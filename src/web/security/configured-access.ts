// Access control as --web.config.file describes it: TLS, basic auth and response headers.

import type { Logger } from '../../common/log.ts';
import { reasonOf } from '../../common/reason.ts';
import type { AccessControl } from '../http/access-control.ts';
import { textResponse } from '../http/message.ts';
import { createAuthenticator } from './basic-auth.ts';
import { createPasswordComparer, type PasswordComparer } from './bcrypt-worker.ts';
import { openWebConfig } from './live-web-config.ts';
import { terminateTls } from './tls.ts';

export interface AccessControlOptions {
  readonly file: string;
  readonly log: Logger;
  /** A monotonic clock, in milliseconds. */
  readonly now?: () => number;
  /** Compares passwords; a worker thread by default. */
  readonly comparer?: PasswordComparer;
}

export interface ConfiguredAccess extends AccessControl {
  /** Whether the file was valid when it last changed; until it is again, the previous configuration stays in use. */
  readonly isConfigValid: () => boolean;
}

/** Builds the access control that the file describes. @throws ConfigError with `file:line:column` when it is bad */
export function openAccessControl({
  file,
  log,
  now = () => performance.now(),
  comparer = createPasswordComparer(),
}: AccessControlOptions): ConfiguredAccess {
  const live = openWebConfig(file, { log, now });
  const authenticator = createAuthenticator(comparer.compare);
  return {
    secure: (server) => {
      const { tls: first } = live.current();
      // A server that started with TLS keeps it: a changed file without TLS is rejected.
      return first && terminateTls(server, () => live.current().tls ?? first, log);
    },
    refuse: async (authorization) => {
      const { users } = live.current();
      if (users.size === 0) return undefined;
      try {
        switch (await authenticator.check(authorization, users)) {
          case 'admitted':
            return undefined;
          case 'denied':
            return textResponse(401, '401: a user and a password are needed', { 'www-authenticate': 'Basic' });
          case 'busy':
            return textResponse(429, '429: too many passwords are being compared', { 'retry-after': '1' });
        }
      } catch (error) {
        log.error('comparing a password failed', { reason: reasonOf(error) });
        return textResponse(500, '500: the password could not be compared; the log says more');
      }
    },
    headers: () => live.current().headers,
    isConfigValid: live.isValid,
    close: comparer.close,
  };
}
