// TLS on real sockets: client certificates, versions, certificate rotation at run time, and shutdown.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { Agent } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/common/log.ts';
import { type HttpResponse, textResponse } from '../../../src/web/http/message.ts';
import { terminateTls } from '../../../src/web/security/tls.ts';
import { CLIENT_AUTH_TYPES } from '../../../src/web/security/web-config-schema.ts';
import { createCertificate } from '../../support/certificates.ts';
import { createDeferred } from '../../support/deferred.ts';
import { ask, connectRaw } from '../../support/http.ts';
import { askTls, type HttpsOptions } from '../../support/https.ts';
import { findPrometheus, startPrometheus } from '../../support/prometheus.ts';
import {
  type CertificateFolder,
  clientCa,
  createCertificateFolder,
  createServerCertificate,
  serverCa,
} from './certificate-folder.ts';
import { type SecuredServer, type SecuredServerOptions, startSecuredServer } from './secured-server.ts';

const prometheus = findPrometheus();
const TLS = 'tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n';
const trusted = createCertificate({ commonName: 'prometheus', issuer: clientCa });
const untrusted = createCertificate({ commonName: 'prometheus' });
const CA = { ca: serverCa.cert };

let folder: CertificateFolder;
const secured: SecuredServer[] = [];
beforeEach(async () => {
  folder = await createCertificateFolder();
});
afterEach(async () => {
  await Promise.all(secured.splice(0).map((server) => server.close()));
  await folder.remove();
});

async function start(more = '', options: SecuredServerOptions = {}): Promise<SecuredServer> {
  const server = await startSecuredServer(folder, `${TLS}${more}`, options);
  secured.push(server);
  return server;
}

/** 200, or that there was no answer. */
async function tryRequest(url: string, options: HttpsOptions): Promise<number | 'refused'> {
  const result = await askTls(url, '/metrics', { ...CA, ...options }).catch(() => 'refused' as const);
  return typeof result === 'string' ? result : result.status;
}

describe('a server with a certificate', () => {
  it('serves clients that trust its CA, over HTTP/1.1', async () => {
    const { url } = await start();
    expect(url).toMatch(/^https:/);
    const answer = await askTls(url, '/metrics', CA);
    expect(answer).toMatchObject({ status: 200, body: 'hello\n', protocol: 'TLSv1.3' });
    const socket = connectTls({ port: Number(new URL(url).port), ...CA, ALPNProtocols: ['h2', 'http/1.1'] });
    await once(socket, 'secureConnect');
    expect(socket.alpnProtocol).toBe('http/1.1');
    socket.destroy();
  });

  it('closes connections with plain HTTP or garbage, and keeps serving', async () => {
    const { url, lines } = await start();
    const port = url.replace('https:', 'http:');
    await expect(ask(port, '/metrics')).rejects.toThrow();
    await connectRaw(port, 'M115\r\n'.repeat(50)).received;
    expect(await tryRequest(url, {})).toBe(200);
    expect(lines.filter((line) => !line.startsWith('level=debug'))).toEqual([]);
  });

  it('is rejected by clients that trust another CA', async () => {
    const { url } = await start();
    await expect(askTls(url, '/metrics', { ca: clientCa.cert })).rejects.toThrow(/self-signed|unable to|signature/);
  });
});

describe('versions', () => {
  // OpenSSL offers old versions only if configured, on the client too.
  const old = { ciphers: 'DEFAULT@SECLEVEL=0' };
  it.each([
    ['', 'TLSv1.1', 'refused'],
    ['', 'TLSv1.2', 200],
    ['', 'TLSv1.3', 200],
    ['  min_version: TLS13\n', 'TLSv1.2', 'refused'],
    ['  min_version: TLS13\n', 'TLSv1.3', 200],
    ['  max_version: TLS12\n', 'TLSv1.3', 'refused'],
    ['  max_version: TLS12\n', 'TLSv1.2', 200],
    ['  min_version: TLS11\n', 'TLSv1', 'refused'],
    ['  min_version: TLS11\n', 'TLSv1.1', 200],
    ['  min_version: TLS10\n', 'TLSv1', 200],
    ['  min_version: TLS10\n', 'TLSv1.3', 200],
  ] as const)('%j: %s is %s', async (more, version, expected) => {
    const { url } = await start(more);
    const client = { ...(version < 'TLSv1.2' && old), minVersion: version, maxVersion: version };
    expect(await tryRequest(url, client)).toBe(expected);
  });
});

describe('client certificates', () => {
  const welcome = {
    NoClientCert: { none: 200, untrusted: 200, trusted: 200 },
    RequestClientCert: { none: 200, untrusted: 200, trusted: 200 },
    RequireAnyClientCert: { none: 'refused', untrusted: 200, trusted: 200 },
    VerifyClientCertIfGiven: { none: 200, untrusted: 'refused', trusted: 200 },
    RequireAndVerifyClientCert: { none: 'refused', untrusted: 'refused', trusted: 200 },
  } as const;

  const versions = ['TLSv1.2', 'TLSv1.3'] as const;
  it.each(CLIENT_AUTH_TYPES.flatMap((type) => versions.map((version) => [type, version] as const)))(
    '%s, %s',
    async (type, version) => {
      const ca = type === 'NoClientCert' ? '' : '  client_ca_file: ca.crt\n';
      const { url } = await start(`  client_auth_type: ${type}\n${ca}`);
      const both = { minVersion: version, maxVersion: version };
      const came = {
        none: await tryRequest(url, both),
        untrusted: await tryRequest(url, { ...both, cert: untrusted.cert, key: untrusted.key }),
        trusted: await tryRequest(url, { ...both, cert: trusted.cert, key: trusted.key }),
      };
      expect(came).toEqual(welcome[type]);
    },
  );

  it('is requested by RequestClientCert, and not by NoClientCert', async () => {
    for (const clientAuthType of ['NoClientCert', 'RequestClientCert'] as const) {
      const { cert, key } = folder.server;
      const settings = { cert, key, clientAuthType, minVersion: 'TLS12', maxVersion: 'TLS13' } as const;
      const server = createServer(({ socket }, response) => {
        const certificate = socket instanceof TLSSocket ? socket.getPeerCertificate() : {};
        response.end(JSON.stringify(Object.keys(certificate).length > 0));
      });
      terminateTls(server, () => settings, silentLogger);
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const address = server.address();
      const url = `https://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
      const { body } = await askTls(url, '/', { ...CA, cert: untrusted.cert, key: untrusted.key });
      server.close();
      expect(body).toBe(String(clientAuthType === 'RequestClientCert'));
    }
  });

  it.each(versions)('a session is resumed, but not after its CA was replaced: %s', async (version) => {
    const { url, passSecond } = await start(
      '  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n',
    );
    const client = { ...CA, minVersion: version, maxVersion: version, cert: trusted.cert, key: trusted.key };
    const sessions: Buffer[] = [];
    await askTls(url, '/metrics', { ...client, onSession: (session) => sessions.push(session) });
    const [session] = sessions;
    if (!session) throw new Error('the server gave no session');
    expect(await askTls(url, '/metrics', { ...client, session })).toMatchObject({ status: 200, isResumed: true });
    await folder.write('ca.crt', createCertificate({ commonName: 'new CA', isCa: true }).cert);
    passSecond();
    expect(await tryRequest(url, { ...client, session })).toBe('refused');
  });

  it('are required from the next connection on, and again not required', async () => {
    const { url, passSecond } = await start();
    expect(await tryRequest(url, {})).toBe(200);
    const strict = `${TLS}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n`;
    await folder.write('web.yml', strict);
    passSecond();
    expect(await tryRequest(url, {})).toBe('refused');
    expect(await tryRequest(url, { cert: trusted.cert, key: trusted.key })).toBe(200);
    await folder.write('web.yml', TLS);
    passSecond();
    expect(await tryRequest(url, {})).toBe(200);
  });
});

describe('a certificate replaced at run time', () => {
  it('new connections get the new one, open ones stay, and no request fails', async () => {
    const { url, passSecond } = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1, maxCachedSessions: 0 });
    const names = { kept: new Set<string>(), opened: new Set<string>() };
    for (let round = 0; round < 20; round++) {
      const next = createServerCertificate(`exporter ${round}`);
      const pending = [0, 1, 2, 3].map(() => askTls(url, '/metrics', CA));
      // While the file is half written, the old pair stays in use.
      await folder.write('server.crt', next.cert);
      passSecond();
      pending.push(...[0, 1, 2, 3].map(() => askTls(url, '/metrics', CA)));
      const kept = await askTls(url, '/metrics', { ...CA, agent });
      await folder.write('server.key', next.key);
      passSecond();
      const opened = await askTls(url, '/metrics', CA);
      expect(opened.serverCertificate.subject.CN).toBe(`exporter ${round}`);
      names.kept.add(String(kept.serverCertificate.subject.CN));
      for (const { status } of [kept, opened, ...(await Promise.all(pending))]) expect(status).toBe(200);
    }
    expect([...names.kept]).toEqual(['exporter']);
    agent.destroy();
  });

  it('is not used if it is invalid', async () => {
    const { url, passSecond, lines } = await start();
    await folder.write('server.crt', 'soon');
    for (let round = 0; round < 3; round++) {
      passSecond();
      expect((await askTls(url, '/metrics', CA)).serverCertificate.subject.CN).toBe('exporter');
    }
    const bad = lines.filter((line) => line.includes('level=error'));
    expect(bad).toEqual([
      expect.stringContaining(`${join(folder.path, 'web.yml')}:2:3: cert_file holds no certificate`),
    ]);
  });

  it.skipIf(!prometheus)('a real Prometheus scrapes over TLS with basic auth, before and after', async () => {
    const handle = (): HttpResponse => ({
      status: 200,
      headers: { 'content-type': 'text/plain; version=0.0.4' },
      body: 'flashforge_up 1\n',
    });
    // bcrypt of 5f3a9c1e at the lowest cost.
    const users = 'basic_auth_users:\n  alice: $2y$04$vaVMKNf7t4DtvW/qhWKhOe7r.VKBQu6ZACRu9/QRlv1BUc42.MP3W\n';
    const { url, passSecond, lines } = await start(users, { handle });
    const nextCa = createCertificate({ commonName: 'next CA', isCa: true });
    const next = createCertificate({ commonName: 'next', names: ['localhost'], issuer: nextCa });
    const bothFile = await folder.write('both-ca.crt', `${serverCa.cert}${nextCa.cert}`);
    const nextFile = await folder.write('next-ca.crt', nextCa.cert);
    const configTrusting = (ca_file: string): object => ({
      scrape_configs: [
        {
          job_name: 'exporter',
          scheme: 'https',
          scrape_interval: '1s',
          scrape_timeout: '1s',
          tls_config: { ca_file, server_name: 'localhost' },
          basic_auth: { username: 'alice', password: '5f3a9c1e' },
          static_configs: [{ targets: [new URL(url).host] }],
        },
      ],
    });
    const server = await startPrometheus({ config: configTrusting(bothFile) });
    try {
      const scrapes = async (count: number): Promise<number> => {
        const [sample] = await server.waitFor('count_over_time(up[1h])', ([came]) => Number(came?.value[1]) >= count);
        return Number(sample?.value[1]);
      };
      await scrapes(2);
      await folder.write('server.crt', next.cert);
      await folder.write('server.key', next.key);
      passSecond();
      const before = await scrapes((await scrapes(0)) + 2);
      // A different TLS configuration opens a new connection, and this one trusts only the new certificate.
      await server.reload(configTrusting(nextFile));
      await scrapes(before + 2);
      const lowest = await server.query('min_over_time(up[1h])');
      expect(lowest.map(({ value }) => value[1])).toEqual(['1']);
      expect(lines.filter((line) => line.includes('configuration reloaded'))).toHaveLength(1);
    } finally {
      await server.stop();
    }
  });
});

describe('shutdown', () => {
  // The handshake itself may take 10 s.
  it('does not wait for a stalled handshake', { timeout: 8000 }, async () => {
    const { url, server } = await start();
    const silent = connect(Number(new URL(url).port), '127.0.0.1');
    const closed = once(silent, 'close');
    silent.on('error', () => {});
    await once(silent, 'connect');
    // The server has accepted that connection once it responds to the next one.
    expect(await tryRequest(url, {})).toBe(200);
    await server.close(60_000);
    await closed;
  });

  it('waits for the response in progress, and not for an idle connection', async () => {
    const asked = createDeferred();
    const release = createDeferred<HttpResponse>();
    let isFirst = true;
    const { url, server } = await start('', {
      handle: () => {
        if (isFirst) {
          isFirst = false;
          return textResponse(200, 'idle');
        }
        asked.resolve();
        return release.promise;
      },
    });
    const agent = new Agent({ keepAlive: true });
    await askTls(url, '/metrics', { ...CA, agent });
    const answer = askTls(url, '/metrics', CA);
    await asked.promise;
    const stopped = server.close(60_000);
    release.resolve(textResponse(200, 'late'));
    expect(await answer).toMatchObject({ status: 200, body: 'late\n' });
    await stopped;
    agent.destroy();
  });

  it('cuts off responses that take longer than the grace time', async () => {
    const asked = createDeferred();
    const { url, server } = await start('', {
      handle: () => {
        asked.resolve();
        return new Promise(() => {});
      },
    });
    const answer = askTls(url, '/metrics', CA).catch(() => 'cut');
    await asked.promise;
    await server.close(0);
    expect(await answer).toBe('cut');
  });
});
