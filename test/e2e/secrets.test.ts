// No output of the exporter contains a secret, whatever its printers send: searched for in every response, log line, error
// message, command output and file, in every encoding.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { type SimulatedPrinter, startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { DOCUMENTS } from '../../src/web/api/documents.ts';
import { run, startCli } from '../cli/run.ts';
import { serveHttp, serveSockets, type TestServer } from '../lan-http/server.ts';
import { parseExposition, samplesOf } from '../support/exposition-parser.ts';
import { ask } from '../support/http.ts';

/** Base64 of a secret inside a longer text, for each alignment of its first byte in a group of three. */
function base64Cores(secret: string): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset, 0x20), Buffer.from(secret)]);
    const whole = bytes.toString('base64').replace(/=+$/, '');
    // Leave out the characters at both ends, which depend on the surrounding bytes.
    const core = whole.slice([0, 2, 3][offset], Math.floor((bytes.length * 8) / 6));
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** Every form of the secret to search for. */
function spellings(secret: string): string[] {
  const url = encodeURIComponent(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  const html = secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  const hex = Buffer.from(secret).toString('hex');
  const reversed = [...secret].reverse().join('');
  const plain = [
    secret,
    url,
    encodeURIComponent(url),
    json,
    encodeURIComponent(json),
    JSON.stringify(json).slice(1, -1),
    html,
    hex,
    reversed,
  ];
  return [
    ...new Set([...plain, ...plain.map((text) => text.toLowerCase()), ...plain.map((text) => text.toUpperCase())]),
  ]
    .concat(base64Cores(secret))
    .filter((text) => text !== '');
}

/** The places where a secret occurs in these texts; empty if there are none. */
function findSecrets(secrets: readonly string[], texts: ReadonlyMap<string, string>): string[] {
  const wanted = secrets.flatMap((secret) => spellings(secret).map((spelling) => ({ secret, spelling })));
  return [...texts].flatMap(([where, text]) =>
    wanted
      .filter(({ spelling }) => text.includes(spelling))
      .map(({ secret, spelling }) => `${secret} as ${spelling} in ${where}`),
  );
}

const REGISTER = { flashRegisterCode: 'Fl4shReg', polarRegisterCode: 'P0larReg' };
/** The check code of the printer whose configured code is wrong. */
const TRUE_CODE = '7b21aa90';
const CODES = {
  plain: '5f3a9c1e',
  fromFile: 'c0ffee42',
  fromEnvironment: 'd15ea5ed',
  wrong: 'badc0de5',
  lanOff: 'feedf00d',
  // Contains characters that each of the encodings changes.
  special: 'p@/w"r<d>&+1',
} as const;

// Response bodies in which a printer repeats the request's body or the check code.
const ECHOES: readonly ((body: string, code: string) => string)[] = [
  (body) => body,
  (_, code) => JSON.stringify({ code: 1, message: `Access code ${code} is different` }),
  (body) => JSON.stringify({ code: -2, msg: `Lan mode error: ${body}` }),
  (_, code) => JSON.stringify({ err: 9, message: Buffer.from(code).toString('hex') }),
  (_, code) => JSON.stringify({ code: 9, message: Buffer.from(code).toString('base64') }),
  (_, code) => JSON.stringify({ code: 9, message: encodeURIComponent(code) }),
  (_, code) => JSON.stringify({ code: 9, message: JSON.stringify(code) }),
  (body) => `<html><body>400: ${body}</body></html>`,
  (body) => `{"code":0,"detail":{"name":${JSON.stringify(body)}`,
  (body, code) =>
    JSON.stringify({
      code: 0,
      message: code,
      detail: {
        ...Object.fromEntries(
          ['status', 'name', 'model', 'firmwareVersion', 'macAddr', 'printFileName', 'errorCode', 'measure'].map(
            (key, index) => [key, [code, `is ${code}`, body, code.toUpperCase()][index % 4]],
          ),
        ),
        nozzleModel: `${code};0.4mm`,
        rightFilamentType: code,
        pid: 38,
        rightTemp: 21,
        matlStationInfo: {
          slotCnt: 1,
          slotInfos: [{ slotId: 1, hasFilament: true, materialName: code, materialColor: code }],
        },
        [code]: code,
        ...REGISTER,
      },
    }),
];
const HEADS: readonly ((body: string) => string)[] = [
  (body) => `HTTP/1.1 500 ${body}\r\n\r\n`,
  (body) => `HTTP/1.1 404 Not Found\r\nX-Echo: ${body}\r\n\r\n`,
  (body) => `HTTP/1.1 200 OK\r\n${body}\r\n\r\n`,
  (body) => `${body}\r\n`,
];

function codeIn(body: string): string {
  return (JSON.parse(body) as { checkCode: string }).checkCode;
}

describe('a check code', () => {
  let folder = '';
  let file = '';
  const open: { close(): Promise<void> }[] = [];
  const entries: Record<string, unknown>[] = [];
  const env = { CREATOR5_CODE: CODES.fromEnvironment };
  const secrets = [...Object.values(CODES), TRUE_CODE, ...Object.values(REGISTER)];
  const texts = new Map<string, string>();

  async function simulate(
    options: Parameters<typeof startSimulatedPrinter>[0],
    code: object,
  ): Promise<SimulatedPrinter> {
    const printer = await startSimulatedPrinter({ override: { detail: REGISTER }, ...options });
    open.push(printer);
    const { name, host, tcpPort = 1, httpPort, serialNumber } = printer;
    entries.push({ name, address: `${host}:${tcpPort}`, http_port: httpPort, serial_number: serialNumber, ...code });
    return printer;
  }

  function addServer(name: string, server: TestServer, checkCode: string): void {
    open.push({ close: async () => server[Symbol.asyncDispose]() });
    const { host, port } = server.target;
    entries.push({
      name,
      address: `${host}:${entries.length + 1}`,
      tcp: false,
      http_port: port,
      serial_number: `SN${name}`,
      check_code: checkCode,
    });
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flashforge-secrets-'));
    file = join(folder, 'printers.yml');
    await writeFile(join(folder, 'code'), `${CODES.fromFile}\n`);

    const job = { file: 'benchy.gx', durationMs: 1000, heatMs: 0 };
    await simulate(
      { model: 'adventurer5m-pro', name: 'good', checkCode: CODES.plain, job },
      { check_code: CODES.plain },
    );
    await simulate({ model: 'ad5x', name: 'file', checkCode: CODES.fromFile, job }, { check_code_file: 'code' });
    await simulate(
      { model: 'creator5-pro', name: 'env', checkCode: CODES.fromEnvironment, job },
      { check_code_env: 'CREATOR5_CODE', tcp: false },
    );
    await simulate(
      {
        model: 'adventurer5m-pro',
        name: 'wrong',
        checkCode: TRUE_CODE,
        fault: { kind: 'garbage', ok: true, at: 'M27' },
      },
      { check_code: CODES.wrong },
    );
    const off = { kind: 'lan-mode-off' } as const;
    await simulate(
      { model: 'ad5x', name: 'lan-off', checkCode: CODES.lanOff, fault: off },
      { check_code: CODES.lanOff },
    );
    await simulate({ model: 'ad5x', name: 'special', checkCode: CODES.special, job }, { check_code: CODES.special });
    for (const [index, echo] of ECHOES.entries()) {
      for (const code of [CODES.plain, CODES.special]) {
        const server = await serveHttp((response, body) => response.end(echo(body, codeIn(body))));
        addServer(`echo-${index}-${code === CODES.plain ? 'plain' : 'special'}`, server, code);
      }
    }
    for (const [index, head] of HEADS.entries()) {
      const response = head(JSON.stringify({ checkCode: CODES.plain }));
      addServer(`head-${index}`, await serveSockets((socket) => socket.end(response)), CODES.plain);
    }
    await writeFile(file, stringify({ printers: entries }));
  });

  afterAll(async () => {
    await Promise.all(open.map((one) => one.close()));
    await rm(folder, { recursive: true, force: true });
  });

  test('would be found in every encoding', () => {
    for (const secret of secrets) {
      const around = (text: string): Map<string, string> => new Map([['here', `x ${text} y`]]);
      const bytes = Buffer.from(`{"checkCode":"${secret}"}`);
      for (const text of [
        secret,
        secret.toUpperCase(),
        encodeURIComponent(secret),
        encodeURIComponent(JSON.stringify({ secret })),
        JSON.stringify({ secret }),
        JSON.stringify(JSON.stringify({ secret })),
        Buffer.from(secret).toString('hex'),
        bytes.toString('hex'),
        ...[0, 1, 2].map((offset) => bytes.subarray(offset).toString('base64')),
        bytes.toString('base64url'),
      ]) {
        expect([text, findSecrets([secret], around(text)).length > 0]).toEqual([text, true]);
      }
    }
    expect(findSecrets(secrets, new Map([['here', 'the check code is <secret>']]))).toEqual([]);
  });

  test('is in no response of any route, no log line and no state file', async () => {
    const state = join(folder, 'state', 'jobs.json');
    await mkdir(join(folder, 'state'), { recursive: true });
    const argv = ['--config.file', file, '--web.listen-address=127.0.0.1:0', '--state.file', state];
    const more = ['--log.level=debug', '--web.enable-lifecycle', '--probe.allow=127.0.0.0/8', '--web.cors-origin=*'];
    await using exporter = startCli([...argv, ...more], env);
    const [, url = ''] = await exporter.see('err', /msg=listening url=(\S+)/);
    const get = async (path: string, options: Parameters<typeof ask>[2] = {}): Promise<string> => {
      const { status, headers, body } = await ask(url, path, options);
      let key = `${options.method ?? 'GET'} ${path} ${JSON.stringify(options.headers ?? {})}`;
      while (texts.has(key)) key += ' again';
      texts.set(key, JSON.stringify(headers) + body);
      return `${status} ${body}`;
    };

    const names = entries.map(({ name }) => String(name));
    const openMetrics = { headers: { accept: 'application/openmetrics-text' } };
    for (const scrapes of [1, 2]) {
      const page = await get('/metrics', scrapes === 1 ? {} : openMetrics);
      expect(page).toMatch(/^200 /);
    }
    for (const path of ['/', '/?fragment', '/sd', '/config', '/-/healthy', '/-/ready']) {
      expect(await get(path)).toMatch(/^200 /);
    }
    for (const path of [
      '/probe',
      '/probe?target=8.8.8.8',
      '/nothing',
      '/probe?target=%22',
      '/probe?target=a&target=b',
    ]) {
      expect(await get(path)).toMatch(/^40[034] /);
    }
    for (const name of names) {
      for (const path of [`/probe?target=${name}`, `/probe?target=${name}&debug=true`, `/printer/${name}`]) {
        expect(await get(path)).toMatch(/^200 /);
      }
      for (const document of DOCUMENTS) await get(`/${name}/${document}`);
    }
    // A target that is allowed but not configured is read over TCP, without a check code.
    const { address } = entries[0] ?? {};
    await get(`/probe?target=${String(address).replace('127.0.0.1', 'localhost')}`);
    expect(await get('/config', { method: 'POST' })).toMatch(/^405 /);
    expect(await get('/good/info', { method: 'OPTIONS', headers: { origin: 'http://x' } })).toMatch(/^204 /);

    // The error about an invalid file does not quote the file.
    const good = await readFile(file, 'utf8');
    for (const bad of badFiles()) {
      await writeFile(file, bad);
      expect(await get('/-/reload', { method: 'POST' })).toMatch(
        /^500 500: the old configuration stays: \S+printers\.yml/,
      );
    }
    await writeFile(file, good);
    expect(await get('/-/reload', { method: 'POST' })).toMatch(/^200 /);
    await get('/metrics');
    await exporter.stop();

    // The texts include printers that were read, and each kind of refusal.
    const page = parseExposition((texts.get('GET /metrics {}') ?? '').replace(/^\{.*?\}(?=#)/, ''));
    const codes = new Set(samplesOf(page, 'flashforge_scrape_failures_total').map(({ labels }) => labels['code']));
    expect([...codes].sort()).toEqual(['auth', 'lan_mode', 'protocol']);
    for (const printer of ['good', 'file', 'env', 'special', 'echo-9-plain', 'echo-9-special']) {
      expect([printer, page.series.get(`flashforge_endpoint_up{printer="${printer}",protocol="http"}`)]).toEqual([
        printer,
        1,
      ]);
    }
    expect(exporter.err).toContain('level=debug');
    expect(exporter.err).toContain('(its text holds a secret code)');
    expect(texts.get('GET /config {}')).toContain('check_code: <secret>');
    const written = await readFile(state, 'utf8');
    expect(written).toContain('good');

    texts.set('the log', exporter.err);
    texts.set('stdout', exporter.out);
    for (const name of await readdir(join(folder, 'state'))) {
      texts.set(name, await readFile(join(folder, 'state', name), 'utf8'));
    }
    expect(texts.size).toBeGreaterThan(6 * names.length);
    expect(findSecrets(secrets, texts)).toEqual([]);
  });

  test.each(['table', 'json', 'metrics'])('is not in the output of probe --output %s', async (output) => {
    const outputs = new Map<string, string>();
    for (const { name } of entries) {
      const argv = ['probe', String(name), '--config.file', file, '--output', output, '--log.level=debug'];
      const { out, err } = await run(argv, env);
      expect(`${out}${err}`).not.toBe('');
      outputs.set(`${output} of ${name}`, `${out}\n${err}`);
    }
    expect([...outputs.values()].join('')).toMatch(/not read over http: auth: /);
    expect(findSecrets(secrets, outputs)).toEqual([]);
  });

  test('is in no error about an invalid configuration file', async () => {
    const bad = join(folder, 'bad.yml');
    onTestFinished(() => rm(bad, { force: true }));
    const errors = new Map<string, string>();
    for (const text of badFiles()) {
      await writeFile(bad, text);
      const { exitCode, out, err } = await run(['--config.file', bad, '--config.check'], env);
      expect([exitCode, out]).toEqual([2, '']);
      expect(err).toMatch(/^flashforge-exporter: \S+bad\.yml[^\n]*\n$/);
      errors.set(text, err);
    }
    expect(findSecrets(secrets, errors)).toEqual([]);
  });
});

/** Configuration files with an error at the check code or next to it. */
function badFiles(): string[] {
  const printer = 'printers:\n  - name: m5\n    address: 192.0.2.1\n';
  const serial = '    serial_number: SN1\n';
  const code = CODES.plain;
  return [
    `${printer}${serial}    check_kode: ${code}\n`,
    `${printer}    check_code: ${code}\n`,
    `${printer}${serial}    check_code: [${code}]\n`,
    `${printer}${serial}    check_code: {${code}: ${code}}\n`,
    `${printer}${serial}    check_code: "${code}\n`,
    `${printer}${serial}    check_code: ${code}: ${code}\n`,
    `${printer}${serial}    check_code: &${code} *${code}\n`,
    `${printer}${serial}    check_code: !${code} x\n`,
    `${printer}${serial}    check_code: ${code}\n    check_code: ${code}\n`,
    `${printer}${serial}    check_code: ${code}\n    check_code_file: ./${'nothing'}\n`,
    `${printer}${serial}    check_code:${code}\n`,
    `${printer}${serial}\tcheck_code: ${code}\n`,
    `${printer}${serial}    check_code: ${code}\n    login: sometimes\n`,
    `check_code: ${code}\n`,
    `${code}\n`,
  ];
}
