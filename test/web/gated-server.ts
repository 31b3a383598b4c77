// A server behind a gate, in a folder with certificates, with a clock of the test's own.

import { type Answer, textAnswer } from '../../src/web/answer.ts';
import { openGate } from '../../src/web/gate.ts';
import { startServer, type WebServer } from '../../src/web/server.ts';
import { collectLog } from '../support/fleet.ts';
import type { CertificateFolder } from './certificate-folder.ts';

export interface GatedServer {
  readonly url: string;
  readonly server: WebServer;
  readonly lines: readonly string[];
  /** Lets so much time pass that the files are looked at again. */
  passSecond(): void;
  close(): Promise<void>;
}

export interface GatedServerOptions {
  readonly handle?: () => Answer | Promise<Answer>;
  readonly maxRequests?: number;
}

export async function startGatedServer(
  folder: CertificateFolder,
  webConfig: string,
  { handle = () => textAnswer(200, 'hello'), maxRequests = 1000 }: GatedServerOptions = {},
): Promise<GatedServer> {
  const { log, lines } = collectLog('debug');
  let time = 0;
  const file = await folder.write('web.yml', webConfig);
  const gate = openGate({ file, log, now: () => time });
  const server = await startServer({
    routes: new Map([['/metrics', { methods: ['GET'], handle }]]),
    listen: [{ host: '127.0.0.1', port: 0 }],
    maxRequests,
    log,
    gate,
  });
  return {
    url: server.urls[0] ?? '',
    server,
    lines,
    passSecond: () => {
      time += 1000;
    },
    close: async () => {
      await server.close(0);
      await gate.close();
    },
  };
}
