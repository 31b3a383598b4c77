// --web.config.file: what it accepts and rejects, with which errors, and how changes are picked up.

import { mkdir, readdir, readFile, rename, rm, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/common/config-error.ts';
import { type LiveWebConfig, openWebConfig } from '../../../src/web/security/live-web-config.ts';
import { loadWebConfig } from '../../../src/web/security/web-config.ts';
import { run } from '../../cli/run.ts';
import { collectLog } from '../../support/fleet.ts';
import { requireProgram, runProgram } from '../../support/programs.ts';
import {
  type CertificateFolder,
  createCertificateFolder,
  createServerCertificate,
  DATA,
} from './certificate-folder.ts';

const EXAMPLE = fileURLToPath(new URL('../../../deploy/web-config.example.yml', import.meta.url));
const promtool = requireProgram('promtool');
const names = await readdir(DATA);
const good = names.filter((name) => name.endsWith('.good.yml'));
const bad = names.filter((name) => name.endsWith('.bad.yml'));

let folder: CertificateFolder;
beforeAll(async () => {
  folder = await createCertificateFolder();
});
afterAll(() => folder.remove());

/** The message of the error, its place shortened to the file's name. */
function complaint(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('nothing was wrong');
}

describe('an invalid file is a one-line error with its position', () => {
  it.each(bad)('%s', async (name) => {
    const file = await folder.copy(name);
    const [, expected = ''] = /^# error: (.*)$/m.exec(await readFile(file, 'utf8')) ?? [];
    const message = complaint(() => loadWebConfig(file));
    const where = `${file}:`;
    expect(message.slice(0, where.length)).toBe(where);
    const rest = message.slice(where.length);
    if (expected.includes('ENOENT') || expected.endsWith('not YAML')) expect(rest.startsWith(expected)).toBe(true);
    else expect(rest).toBe(expected.replace('@folder@', folder.path));
    expect(message).not.toContain('\n');
    expect(message).not.toContain('5f3a9c1e');
  });

  it('a missing file, a folder and a huge file have their own errors', async () => {
    expect(complaint(() => loadWebConfig(join(folder.path, 'no.yml')))).toMatch(
      /^--web\.config\.file cannot be read: ENOENT/,
    );
    expect(complaint(() => loadWebConfig(folder.path))).toMatch(/is not a regular file$/);
    const huge = await folder.write('huge.yml', `# ${'x'.repeat(1024 * 1024)}`);
    expect(complaint(() => loadWebConfig(huge))).toMatch(/has more than 1048576 bytes$/);
  });

  it('the program prints it and exits with code 2, also with --config.check', async () => {
    const file = await folder.copy('user-plain-password.bad.yml');
    for (const more of [[], ['--config.check']]) {
      const { exitCode, out, err } = await run(['--web.config.file', file, ...more]);
      expect([exitCode, out]).toEqual([2, '']);
      expect(err).toMatch(/^flashforge-exporter: \S+\.bad\.yml:3:3: the password must be a bcrypt hash[^\n]*\n$/);
    }
    expect(await run(['--web.config.file='])).toMatchObject({
      exitCode: 2,
      err: 'flashforge-exporter: --web.config.file: takes the path of a file\n',
    });
    const good = await folder.copy('all.good.yml');
    expect(await run(['--web.config.file', good, '--config.check'])).toMatchObject({ exitCode: 0, err: '' });
  });

  it('a user named __proto__ enables authentication like any other', async () => {
    const [line = ''] = /^ {2}alice: .*$/m.exec(await readFile(join(DATA, 'all.good.yml'), 'utf8')) ?? [];
    const file = await folder.write('proto.yml', `basic_auth_users:\n${line.replace('alice', '__proto__')}\n`);
    expect([...loadWebConfig(file).users.keys()]).toEqual(['__proto__']);
  });
});

describe('a valid file', () => {
  it('may have every option', async () => {
    const config = loadWebConfig(await folder.copy('all.good.yml'));
    const { cert, key, clientCa, ...tls } = config.tls ?? {};
    expect(tls).toEqual({ clientAuthType: 'RequireAndVerifyClientCert', minVersion: 'TLS12', maxVersion: 'TLS13' });
    expect(cert).toBe(folder.server.cert);
    expect(key).toBe(folder.server.key);
    expect(clientCa).toContain('BEGIN CERTIFICATE');
    expect(config.headers).toEqual({
      'content-security-policy': "default-src 'self'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'deny',
      'x-xss-protection': '0',
      'strict-transport-security': 'max-age=31536000',
    });
    expect([...config.users.keys()]).toEqual(['alice', '', '__proto__']);
    expect(JSON.stringify([...config.users])).not.toContain('$2y$');
  });

  it.each(['empty.good.yml', 'blank.good.yml'])('%s turns nothing on', async (name) => {
    expect(loadWebConfig(await folder.copy(name))).toEqual({ headers: {}, users: new Map() });
  });

  it('may contain the PEM itself and a legacy name of a client authentication type', async () => {
    const text = await readFile(join(DATA, 'inline.new.good.yml'), 'utf8');
    const { cert, key } = folder.server;
    const filled = text
      .replace('@cert@', JSON.stringify(cert))
      .replace('@key@', JSON.stringify(key))
      .replace('@ca@', JSON.stringify(cert));
    expect(loadWebConfig(await folder.write('inline.yml', filled)).tls).toEqual({
      cert,
      key,
      clientCa: cert,
      clientAuthType: 'RequireAnyClientCert',
      minVersion: 'TLS12',
      maxVersion: 'TLS13',
    });
  });

  it('allows TLS 1.2 and 1.3 by default', async () => {
    const file = await folder.write('min.yml', 'tls_server_config: {cert_file: server.crt, key_file: server.key}');
    expect(loadWebConfig(file).tls).toMatchObject({ minVersion: 'TLS12', maxVersion: 'TLS13' });
  });

  it.skipIf(!promtool).each(good.filter((name) => !name.includes('.new.')))('promtool takes %s too', async (name) => {
    const file = await folder.copy(name);
    expect(await runProgram(promtool ?? '', ['check', 'web-config', file])).toMatchObject({ code: 0 });
  });

  it('the example in the documentation', async () => {
    const text = await readFile(EXAMPLE, 'utf8');
    const file = await folder.write('example.yml', text);
    await folder.write('flashforge-exporter.crt', folder.server.cert);
    await folder.write('flashforge-exporter.key', folder.server.key);
    expect([...loadWebConfig(file).users.keys()]).toEqual(['prometheus']);
    expect(loadWebConfig(file).tls).toBeDefined();
    // Its commented-out options must be valid as well.
    await folder.write('client-ca.crt', folder.server.cert);
    const all = await folder.write('example-all.yml', text.replace(/^( *)# ([\w-]+:.*)$/gm, '$1$2'));
    expect(loadWebConfig(all)).toMatchObject({ tls: { clientAuthType: 'RequireAndVerifyClientCert' } });
    expect(Object.keys(loadWebConfig(all).headers).length).toBeGreaterThan(0);
    if (!promtool) return;
    expect(await runProgram(promtool, ['check', 'web-config', file, all])).toMatchObject({ code: 0 });
  });
});

describe('a file that changes', () => {
  const USERS = ['basic_auth_users:', `  bob: $2y$04$${'a'.repeat(53)}`, ''].join('\n');
  const TLS = 'tls_server_config: {cert_file: server.crt, key_file: server.key}\n';
  let own: CertificateFolder;
  let time: number;

  beforeEach(async () => {
    own = await createCertificateFolder();
    time = 0;
    return () => own.remove();
  });

  function open(file: string): { live: LiveWebConfig; lines: readonly string[] } {
    const { log, lines } = collectLog();
    return { live: openWebConfig(file, { log, now: () => time }), lines };
  }

  it('takes effect one second after the last check, and the object is the same until then', async () => {
    const file = await own.write('web.yml', USERS);
    const { live, lines } = open(file);
    const first = live.current();
    await own.write('web.yml', USERS.replace('bob', 'carol'));
    time = 999;
    expect(live.current()).toBe(first);
    time = 1000;
    expect([...live.current().users.keys()]).toEqual(['carol']);
    time = 2000;
    expect(live.current()).toBe(live.current());
    expect(lines).toEqual([expect.stringContaining('msg="web configuration reloaded"')]);
  });

  it('keeps the old configuration if it is invalid, which is logged once, until it is valid again', async () => {
    const file = await own.write('web.yml', USERS);
    const { live, lines } = open(file);
    const first = live.current();
    await own.write('web.yml', `${USERS}rate_limit: {}\n`);
    for (time = 1000; time <= 5000; time += 1000) expect(live.current()).toBe(first);
    expect(live.isValid()).toBe(false);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('level=error');
    expect(lines[0]).toContain(`${file}:3:1: rate_limit is not supported here`);
    await own.write('web.yml', USERS.replace('bob', 'carol'));
    time = 6000;
    expect([...live.current().users.keys()]).toEqual(['carol']);
    expect(live.isValid()).toBe(true);
    expect(lines).toHaveLength(2);
  });

  it.each([
    ['empty', ''],
    ['only a comment', '# soon'],
  ])('%s: nobody is let in who was not', async (_, text) => {
    const { live, lines } = open(await own.write('web.yml', USERS));
    const first = live.current();
    await own.write('web.yml', text);
    time = 1000;
    expect(live.current()).toBe(first);
    expect(lines[0]).toContain('is empty');
  });

  it('keeps the old configuration if it is deleted', async () => {
    const file = await own.write('web.yml', USERS);
    const { live, lines } = open(file);
    const first = live.current();
    await rm(file);
    for (time = 1000; time <= 3000; time += 1000) expect(live.current()).toBe(first);
    expect(lines).toEqual([expect.stringContaining('ENOENT')]);
  });

  it.each([
    ['off', TLS, USERS],
    ['on', USERS, TLS],
  ])('switching TLS %s takes a restart, and is said once', async (_, before, after) => {
    const { live, lines } = open(await own.write('web.yml', before));
    const first = live.current();
    await own.write('web.yml', after);
    for (time = 1000; time <= 3000; time += 1000) expect(live.current()).toBe(first);
    expect(lines).toEqual([expect.stringContaining('switching TLS on or off takes a restart')]);
  });

  it('keeps the old certificate until certificate and key match', async () => {
    const { live, lines } = open(await own.write('web.yml', TLS));
    const first = live.current();
    const next = createServerCertificate();
    await own.write('server.crt', next.cert);
    time = 1000;
    expect(live.current()).toBe(first);
    expect(lines).toEqual([expect.stringContaining('key_file does not belong to cert_file')]);
    await own.write('server.key', next.key);
    time = 2000;
    expect(live.current().tls).toMatchObject({ cert: next.cert, key: next.key });
  });

  it('is noticed behind a symbolic link with the old size and mtime, as Kubernetes swaps a secret', async () => {
    const next = createServerCertificate();
    const old = new Date('2026-01-01T00:00:00Z');
    for (const [version, { cert, key }] of Object.entries({ v1: own.server, v2: next })) {
      await mkdir(join(own.path, version));
      for (const [name, text] of Object.entries({ 'tls.crt': cert, 'tls.key': key })) {
        await utimes(await own.write(join(version, name), text), old, old);
      }
    }
    await symlink('v1', join(own.path, '..data'));
    const text = 'tls_server_config: {cert_file: ..data/tls.crt, key_file: ..data/tls.key}';
    const { live } = open(await own.write('web.yml', text));
    await symlink('v2', join(own.path, 'new'));
    await rename(join(own.path, 'new'), join(own.path, '..data'));
    time = 1000;
    expect(live.current().tls?.cert).toBe(next.cert);
  });

  it('is checked ten thousand times without being read', async () => {
    const { live } = open(await own.write('web.yml', TLS));
    const startedAt = performance.now();
    for (let look = 0; look < 10_000; look++) {
      time += 1000;
      live.current();
    }
    // Reading and parsing takes 30 times as long; the limit is loose for a loaded machine.
    expect((performance.now() - startedAt) / 10_000).toBeLessThan(1);
  });
});
