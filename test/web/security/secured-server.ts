// A server with access control, a folder of certificates and a fake clock.

import { type HttpResponse, textResponse } from '../../../src/web/http/message.ts';
import { Refusals } from '../../../src/web/http/refusals.ts';
import { startServer, type WebServer } from '../../../src/web/http/server.ts';
import type { PasswordComparer } from '../../../src/web/security/bcrypt-worker.ts';
import { openAccessControl } from '../../../src/web/security/configured-access.ts';
import { collectLog } from '../../support/fleet.ts';
import type { CertificateFolder } from './certificate-folder.ts';

export interface SecuredServer {
  readonly url: string;
  readonly server: WebServer;
  readonly lines: readonly string[];
  readonly refusals: Refusals;
  /** Lets so much time pass that the files are looked at again. */
  passSecond(): void;
  close(): Promise<void>;
}

export interface SecuredServerOptions {
  readonly handle?: () => HttpResponse | Promise<HttpResponse>;
  readonly maxRequests?: number;
  readonly comparer?: PasswordComparer | undefined;
}

export async function startSecuredServer(
  folder: CertificateFolder,
  webConfig: string,
  { handle = () => textResponse(200, 'hello'), maxRequests = 1000, comparer }: SecuredServerOptions = {},
): Promise<SecuredServer> {
  const { log, lines } = collectLog('debug');
  let time = 0;
  const file = await folder.write('web.yml', webConfig);
  const access = openAccessControl({ file, log, now: () => time, ...(comparer && { comparer }) });
  const refusals = new Refusals(log, () => time);
  const server = await startServer({
    routes: new Map([['/metrics', { methods: ['GET'], handle }]]),
    listen: [{ host: '127.0.0.1', port: 0 }],
    maxRequests,
    log,
    access,
    refusals,
  });
  return {
    url: server.urls[0] ?? '',
    server,
    lines,
    refusals,
    passSecond: () => {
      time += 1000;
    },
    close: async () => {
      await server.close(0);
      await access.close();
    },
  };
}
