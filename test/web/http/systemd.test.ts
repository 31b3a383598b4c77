// Socket activation of the compiled program: its listening sockets are file descriptors 3 and up.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/common/config-error.ts';
import { systemdSockets } from '../../../src/web/http/systemd.ts';
import { buildProgram, type Program } from '../../cli/program.ts';
import { createTranscript } from '../../cli/run.ts';
import { findFreePort } from '../../support/daemon.ts';
import { ask } from '../../support/http.ts';
import { askTls } from '../../support/https.ts';
import { requireProgram } from '../../support/programs.ts';
import { type CertificateFolder, createCertificateFolder, serverCa } from '../security/certificate-folder.ts';

const activate = requireProgram('systemd-socket-activate');

describe('the variables', () => {
  it.each([
    ['1', [3]],
    ['3', [3, 4, 5]],
  ])('LISTEN_FDS=%s', (LISTEN_FDS, fds) => {
    expect(systemdSockets({ LISTEN_PID: '42', LISTEN_FDS }, 42).map(({ fd }) => fd)).toEqual(fds);
  });

  it.each([
    [{}, 'handed no socket over'],
    [{ LISTEN_FDS: '1' }, 'handed no socket over'],
    [{ LISTEN_PID: '42' }, 'handed no socket over'],
    [{ LISTEN_PID: '42', LISTEN_FDS: '0' }, 'handed no socket over'],
    [{ LISTEN_PID: '42', LISTEN_FDS: '1e3' }, 'handed no socket over'],
    [{ LISTEN_PID: '41', LISTEN_FDS: '1' }, 'for process "41", and this one is 42'],
    [{ LISTEN_PID: '042', LISTEN_FDS: '1' }, 'for process "042", and this one is 42'],
  ])('%j is refused', (env, reason) => {
    const read = (): unknown => systemdSockets(env, 42);
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(reason);
  });
});

describe('the program', () => {
  let program: Program;
  let folder: CertificateFolder;
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    program = await buildProgram();
    folder = await createCertificateFolder();
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  afterAll(async () => {
    await program[Symbol.asyncDispose]();
    await folder.remove();
  });

  interface Running {
    readonly child: ChildProcess;
    readonly log: ReturnType<typeof createTranscript>;
    readonly ended: Promise<number | null>;
  }

  function start(command: string, args: readonly string[], fds: readonly number[] = [], env = {}): Running {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe', ...fds], env });
    children.push(child);
    const log = createTranscript();
    child.stderr?.setEncoding('utf8').on('data', log.write);
    const ended = once(child, 'close').then(() => {
      log.end();
      return child.exitCode;
    });
    return { child, log, ended };
  }

  /** As systemd does it: the variable holds the id that the program will have. */
  function startActivated(fds: readonly number[], more: readonly string[] = []): Running {
    const script = 'LISTEN_PID=$$ exec "$0" "$@"';
    const args = ['-c', script, process.execPath, program.main, '--web.systemd-socket', ...more];
    return start('/bin/sh', args, fds, { LISTEN_FDS: String(fds.length) });
  }

  async function listen(): Promise<{ server: Server; fd: number; port: number }> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    const handle: unknown = Reflect.get(server, '_handle');
    const fd: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined;
    if (typeof fd !== 'number' || address === null || typeof address === 'string') throw new Error('no descriptor');
    return { server, fd, port: address.port };
  }

  it('serves each passed socket, and ignores --web.listen-address', async () => {
    const sockets = await Promise.all([listen(), listen()]);
    const running = startActivated(
      sockets.map(({ fd }) => fd),
      ['--web.listen-address=127.0.0.1:1'],
    );
    // Close them here, or this process would accept connections meant for the child.
    for (const { server } of sockets) server.close();
    for (const { port } of sockets) {
      await running.log.see(new RegExp(`msg=listening url=http://127.0.0.1:${port} `));
      expect(await ask(`http://127.0.0.1:${port}`, '/-/healthy')).toMatchObject({ status: 200, body: 'Healthy\n' });
    }
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(0);
  });

  it('serves TLS and basic auth on them', async () => {
    // bcrypt of 5f3a9c1e at the lowest cost.
    const users = 'basic_auth_users: {alice: $2y$04$vaVMKNf7t4DtvW/qhWKhOe7r.VKBQu6ZACRu9/QRlv1BUc42.MP3W}\n';
    const text = `tls_server_config: {cert_file: server.crt, key_file: server.key}\n${users}`;
    const { server, fd, port } = await listen();
    const running = startActivated([fd], ['--web.config.file', await folder.write('web.yml', text)]);
    server.close();
    await running.log.see(new RegExp(`msg=listening url=https://127.0.0.1:${port} `));
    const askWith = async (password: string): Promise<number> => {
      const authorization = `Basic ${Buffer.from(`alice:${password}`).toString('base64')}`;
      const options = { ca: serverCa.cert, headers: { authorization } };
      return (await askTls(`https://127.0.0.1:${port}`, '/metrics', options)).status;
    };
    expect(await askWith('5f3a9c1e')).toBe(200);
    expect(await askWith('wrong')).toBe(401);
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(0);
    expect(running.log.text).not.toMatch(/5f3a9c1e|wrong|\$2y/);
  });

  it('exits with one line and code 2 without socket activation', async () => {
    for (const env of [{}, { LISTEN_PID: '1', LISTEN_FDS: '1' }]) {
      const { exitCode, err } = await program.start(['--web.systemd-socket'], env).ended;
      expect(exitCode).toBe(2);
      expect(err).toMatch(/^flashforge-exporter: --web\.systemd-socket: [^\n]+\n$/);
    }
  });

  it('exits with one line and code 2 if the descriptor is not a socket', async () => {
    const running = startActivated([openSync('/dev/null', 'r')]);
    expect(await running.ended).toBe(2);
    expect(running.log.text).toMatch(
      /^flashforge-exporter: cannot listen on file descriptor 3: [^\n]+; see --web\.systemd-socket\n$/,
    );
  });

  it.skipIf(!activate)("systemd's own tool hands a TCP socket over", async () => {
    const port = await findFreePort();
    const args = ['-l', `127.0.0.1:${port}`, process.execPath, program.main, '--web.systemd-socket'];
    const running = start(activate ?? '', args);
    await running.log.see(/Listening on/);
    // systemd starts the program at the first connection, which waits for it.
    expect(await ask(`http://127.0.0.1:${port}`, '/-/healthy')).toMatchObject({ status: 200 });
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(0);
  });

  it.skipIf(!activate)("systemd's own tool hands a Unix socket over", async () => {
    const socketPath = join(folder.path, 'exporter.sock');
    const running = start(activate ?? '', ['-l', socketPath, process.execPath, program.main, '--web.systemd-socket']);
    await running.log.see(/Listening on/);
    const response = await new Promise<number | undefined>((resolve, reject) => {
      request({ socketPath, path: '/-/healthy', agent: false }, (answer) => resolve(answer.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(response).toBe(200);
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(0);
  });
});
