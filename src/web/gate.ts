// What --web.config.file puts between the network and the routes: TLS, basic auth, headers.

import type { Server } from 'node:http';
import type { Logger } from '../log.ts';
import { type Answer, textAnswer } from './answer.ts';
import { createAuthenticator } from './auth.ts';
import { createPasswordComparer } from './bcrypt-worker.ts';
import { openWebConfig } from './live-web-config.ts';
import { type TlsFront, terminateTls } from './tls.ts';

export interface Gate {
  /** Puts TLS in front of a server; undefined where it stays plain. */
  readonly secure: (server: Server) => TlsFront | undefined;
  /** The answer for a request that may not go on; undefined lets it through. Never rejects. */
  readonly refuse: (authorization: string | undefined) => Promise<Answer | undefined>;
  /** Of every answer, whatever it has itself; names in lower case. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

export interface GateOptions {
  readonly file: string;
  readonly log: Logger;
  /** Milliseconds that only grow. */
  readonly now?: () => number;
}

/** Opens the gate as the file says. @throws ConfigError with `file:line:column` when it is bad */
export function openGate({ file, log, now = () => performance.now() }: GateOptions): Gate {
  const live = openWebConfig(file, { log, now });
  const comparer = createPasswordComparer();
  const authenticator = createAuthenticator(comparer.compare);
  return {
    secure: (server) => {
      const { tls: first } = live.current();
      // With TLS at the start there is TLS to the end: a file without it is refused.
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
            return textAnswer(401, '401: a user and a password are needed', { 'www-authenticate': 'Basic' });
          case 'busy':
            return textAnswer(429, '429: too many passwords are being compared', { 'retry-after': '1' });
        }
      } catch (error) {
        log.error('comparing a password failed', { reason: error instanceof Error ? error.message : String(error) });
        return textAnswer(500, '500: the password could not be compared; the log says more');
      }
    },
    headers: () => live.current().headers,
    close: comparer.close,
  };
}
