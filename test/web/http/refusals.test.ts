// Refused requests are counted by status and logged at intervals: over real sockets, with a fake clock.

import { afterEach, describe, expect, it } from 'vitest';
import { textResponse } from '../../../src/web/http/message.ts';
import { createDeferred } from '../../support/deferred.ts';
import { ask } from '../../support/http.ts';
import { type CertificateFolder, createCertificateFolder } from '../security/certificate-folder.ts';
import { type SecuredServer, startSecuredServer } from '../security/secured-server.ts';

const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

async function folder(): Promise<CertificateFolder> {
  const created = await createCertificateFolder();
  opened.push({ close: async () => created.remove() });
  return created;
}

function keep(server: SecuredServer): SecuredServer {
  opened.push(server);
  return server;
}

// bcrypt of "secret", cost 4.
const USERS = 'basic_auth_users:\n  prometheus: $2b$04$abcdefghijklmnopqrstuuBkqsXvNGAqe3E4QnfEuRlA3qTaNvX7e\n';

describe('a request without a valid password', () => {
  it('is counted, and the log says so once in ten minutes', async () => {
    const server = keep(await startSecuredServer(await folder(), USERS));
    for (let i = 0; i < 3; i++) expect((await ask(server.url, '/metrics')).status).toBe(401);
    expect(server.refusals.counts).toEqual({ 401: 3, 429: 0, 503: 0 });
    for (let i = 0; i < 600; i++) server.passSecond();
    await ask(server.url, '/metrics');
    const refusals = server.lines.filter((line) => line.includes('request refused'));
    expect(refusals).toEqual([
      'level=warn msg="request refused" status=401 client=127.0.0.1 reason="no valid user and password; see --web.config.file" total=1',
      'level=warn msg="request refused" status=401 client=127.0.0.1 reason="no valid user and password; see --web.config.file" total=4',
    ]);
  });
});

describe('a request over the limit', () => {
  it('is counted as 503; a 503 of a route is not', async () => {
    const asked = createDeferred<void>();
    const released = createDeferred<void>();
    let requests = 0;
    const handle = async () => {
      requests++;
      if (requests > 1) return textResponse(503, '503: stopping');
      asked.resolve();
      await released.promise;
      return textResponse(200, 'hello');
    };
    const server = keep(await startSecuredServer(await folder(), '', { handle, maxRequests: 1 }));
    const first = ask(server.url, '/metrics');
    await asked.promise;
    expect((await ask(server.url, '/metrics')).status).toBe(503);
    expect(server.refusals.counts).toEqual({ 401: 0, 429: 0, 503: 1 });
    released.resolve();
    expect((await first).status).toBe(200);
    expect((await ask(server.url, '/metrics')).status).toBe(503);
    expect(server.refusals.counts).toEqual({ 401: 0, 429: 0, 503: 1 });
    expect(server.lines).toEqual([expect.stringContaining('see --web.max-requests')]);
  });
});
