// The configuration file: every key, and for every mistake the one line that says where it is and what is allowed.

import { readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/common/config-error.ts';
import { loadPrinters, parsePrinter } from '../../src/config/load.ts';
import type { Environment } from '../../src/config/origin.ts';
import type { PrinterConfig } from '../../src/printer/config.ts';

const DATA = fileURLToPath(new URL('data', import.meta.url));

// Stands in every bad file that has a check code, and must stand in no message.
const CHECK_CODES = /5f3a9c1e|9c1e5f3a|12345678|123456e7/;

function load(file: string, env: Environment = {}): Promise<readonly PrinterConfig[]> {
  return loadPrinters({ file: `${DATA}/${file}`, printers: [], env });
}

/** The error's message, with the folder of the test data taken off. */
async function messageOf(loading: Promise<unknown>): Promise<string> {
  const error = await loading.then(
    () => 'nothing is wrong with it',
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ConfigError);
  return error instanceof ConfigError ? error.message.replaceAll(`${DATA}/`, '') : '';
}

const ADDRESS_FORMS = 'write host, host:port, an IP address or [IPv6]:port';
const DURATION_FORMS = 'write 500ms, 10s, 1m30s or 1h';
const PRINTER_KEYS =
  'a printer may have name, address, tcp, http_port, serial_number, check_code, check_code_file, check_code_env, login, timeout, labels';
const PRINTER_FORM = 'a printer must be written as "address: 192.168.1.50" and more keys below';
const BAD_ALIAS = 'not YAML: an alias without its anchor, or too many of them';

/** After `bad/NAME.yml:`. */
const MISTAKES: Readonly<Record<string, string>> = {
  'unknown-key': `3:5: unknown key "adress"; ${PRINTER_KEYS}`,
  'unknown-key-of-second': `7:5: unknown key "checkcode"; ${PRINTER_KEYS}`,
  'unknown-key-quoted': `3:5: unknown key "my…"; ${PRINTER_KEYS}`,
  'unknown-key-in-flow': `1:64: unknown key "nmae"; ${PRINTER_KEYS}`,
  'unknown-key-crlf': `3:5: unknown key "nmae"; ${PRINTER_KEYS}`,
  'unknown-top-key': '2:1: unknown key "listen"; the file may have printers',
  'merge-key': `4:5: unknown key "<<"; ${PRINTER_KEYS}`,
  'duplicate-key': '4:5: not YAML: Map keys must be unique',
  'duplicate-top-key': '2:1: not YAML: Map keys must be unique',
  'unclosed-quote': '4:1: not YAML: Missing closing "quote',
  'unclosed-list': '2:1: not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
  tab: '2:1: not YAML: Tabs are not allowed as indentation',
  'two-documents': '2:1: not YAML: Source contains multiple documents',
  'unknown-tag': '2:14: not YAML: Unresolved tag',
  'key-is-list': '3:7: not YAML: keys must be strings',
  'alias-without-anchor': `2:14: ${BAD_ALIAS}`,
  'alias-bomb': `5:12: ${BAD_ALIAS}`,
  'alias-of-itself': `3:5: ${PRINTER_FORM}`,
  deep: '1:59: nested too deep',
  text: '1:1: the file must be a map with the key printers',
  list: '1:1: the file must be a map with the key printers',
  'printers-is-map': '1:1: printers must be a list of printers',
  'printer-is-text': `3:5: ${PRINTER_FORM}`,
  'printer-is-null': `2:4: ${PRINTER_FORM}`,
  'address-missing': '2:5: address is missing',
  'address-null': '3:5: address must not be empty',
  'address-empty': '2:5: address must not be empty',
  'address-list': '2:5: address must be text',
  'address-number': '2:5: address must be text; put it in quotes',
  'address-999': `2:5: address "192.168.1.999" is not an address: ${ADDRESS_FORMS}`,
  'address-url': `2:5: address "http://192.168.1.50/" is not an address: ${ADDRESS_FORMS}`,
  'address-bad-name': `2:5: address "finder_.-lan" is not an address: ${ADDRESS_FORMS}`,
  'address-bad-port': '2:5: address "192.168.1.50:99999": the port must be a number from 0 to 65535',
  'address-no-port': '2:5: address "192.168.1.50:": the port must be a number from 0 to 65535',
  'address-bad-ipv6': `2:5: address "[fd00::zz]:8899" is not an address: ${ADDRESS_FORMS}`,
  'address-ipv6-port': '2:5: address "[fd00::1]:port": the port must be a number from 0 to 65535',
  'address-glued-to-code': `2:5: address "192.168.1.50…" is not an address: ${ADDRESS_FORMS}`,
  'name-empty': '2:5: name must not be empty',
  'name-blank': '2:5: name must not be empty',
  'name-number': '2:5: name must be text; put it in quotes',
  'name-boolean': '4:5: name must be text; put it in quotes',
  'name-long': '2:5: name must have at most 256 characters',
  'tcp-word': '3:5: tcp must be true or false',
  'http-port-zero': '3:5: http_port must be a number from 1 to 65535',
  'http-port-high': '3:5: http_port must be a number from 1 to 65535',
  'http-port-text': '3:5: http_port must be a number from 1 to 65535',
  'http-port-alone': '3:5: http_port needs serial_number and check_code beside it',
  'serial-number': '3:5: serial_number must be text; put it in quotes',
  'serial-alone': '3:5: serial_number needs check_code, check_code_file or check_code_env beside it',
  'check-code-number': '4:5: check_code must be text; put it in quotes',
  'check-code-exponent': '4:5: check_code must be text; put it in quotes',
  'check-code-empty': '4:5: check_code must not be empty',
  'check-code-block': '4:19: not YAML: Block scalar header includes extra characters',
  'check-code-glued-in-flow': `1:37: unknown key "check_code:…"; ${PRINTER_KEYS}`,
  'check-code-alone': '3:5: check_code needs serial_number beside it',
  'check-code-twice': '5:5: check_code_env cannot be combined with check_code',
  'check-code-file-missing':
    "4:5: check_code_file cannot be read: ENOENT: no such file or directory, open 'bad/secrets/gone.code'",
  'check-code-file-empty': '4:5: check_code_file bad/empty.code is empty',
  'check-code-env-missing': '5:5: check_code_env: the environment variable NOT_SET is not set',
  'login-word': '3:5: login must be one of auto, never, always',
  'timeout-word': `3:5: timeout "soon" is not a duration: ${DURATION_FORMS}`,
  'timeout-number': `3:5: timeout must be a duration: ${DURATION_FORMS}`,
  'timeout-zero': '3:5: timeout must be longer than 0',
  'timeout-long': '3:5: timeout "999h" is more than 24 days',
  'label-printer': '4:7: "printer" is the label that every metric of a printer has; choose another name',
  'label-le': '4:7: "le" is a label of histograms or summaries; choose another name',
  'label-quantile': '4:7: "quantile" is a label of histograms or summaries; choose another name',
  'label-reserved': '5:7: "__name__" is not a label name: Prometheus reserves those that begin with __',
  'label-dash': '4:7: "my-room" is not a label name: letters, digits and underscores, not beginning with a digit',
  'label-number': '4:7: room must be text; put it in quotes',
  'label-empty': '4:7: room must not be empty',
  'label-list': '3:5: labels must be a map of label names to values',
  'nothing-to-read':
    '2:5: address leaves nothing to read: TCP is switched off, and there is no serial_number with check_code for HTTP',
  'nothing-to-read-port':
    '3:5: address leaves nothing to read: TCP is switched off, and there is no serial_number with check_code for HTTP',
  'two-names': '5:5: the name "finder" is already used at bad/two-names.yml:2:5',
  'name-as-default-name': '4:5: the name "192.168.1.51" is already used at bad/name-as-default-name.yml:2:5',
  'name-of-another-address':
    '6:5: the name "192.168.1.60" is the address of another printer, at bad/name-of-another-address.yml:2:5',
  'two-addresses': '5:5: the address 192.168.1.50:8899 is already used at bad/two-addresses.yml:3:5',
  'two-addresses-port': '4:16: the address 192.168.1.50:8899 is already used at bad/two-addresses-port.yml:3:5',
  'two-addresses-case': '3:5: the address finder.lan:8899 is already used at bad/two-addresses-case.yml:2:5',
  'two-addresses-ipv6': '3:5: the address [fd00::1]:8899 is already used at bad/two-addresses-ipv6.yml:2:5',
  'two-addresses-http': '7:5: the address 192.168.1.50:8898 is already used at bad/two-addresses-http.yml:3:5',
  'two-addresses-tcp-and-http':
    '7:5: the address 192.168.1.50:8898 is already used at bad/two-addresses-tcp-and-http.yml:3:5',
  'two-addresses-one-off': '5:5: the address 192.168.1.50:8899 is already used at bad/two-addresses-one-off.yml:3:5',
};

describe('a good file', () => {
  it('may have every key', async () => {
    const printers = await load('good/every-key.yml', { HTTP_ONLY_CODE: ' a1b2c3d4\n' });
    expect(
      printers.map(({ http, ...rest }) => ({ ...rest, http: http && { ...http, checkCode: http.checkCode.reveal() } })),
    ).toEqual([
      {
        name: 'finder',
        address: '192.168.1.50',
        tcp: { host: '192.168.1.50', port: 8899, login: 'auto' },
      },
      {
        name: 'm5-pro',
        address: '192.168.1.60',
        tcp: { host: '192.168.1.60', port: 8899, login: 'auto' },
        http: { host: '192.168.1.60', port: 8898, serialNumber: 'SNMOMC9900728', checkCode: '5f3a9c1e' },
        timeoutMs: 8000,
        labels: { room: 'attic', owner: 'Ärzte "am" Ring' },
      },
      {
        name: 'AD5X "left"',
        address: 'ad5x.lan:9000',
        tcp: { host: 'ad5x.lan', port: 9000, login: 'always' },
        // As it is written: it gets its prefix when it is sent.
        http: { host: 'ad5x.lan', port: 9001, serialNumber: 'MQRC9900001', checkCode: '12345678' },
        timeoutMs: 90_000,
      },
      {
        name: 'http-only',
        address: '[fd00::7]',
        http: { host: 'fd00::7', port: 8898, serialNumber: 'snMQRC9900002', checkCode: 'a1b2c3d4' },
      },
      {
        name: 'also-http-only',
        address: '192.168.1.62:0',
        http: { host: '192.168.1.62', port: 8898, serialNumber: 'SNMQRC9900003', checkCode: '9c1e5f3a' },
      },
      {
        name: '192.168.1.70:8000',
        address: '192.168.1.70:8000',
        tcp: { host: '192.168.1.70', port: 8000, login: 'never' },
      },
    ]);
  });

  it('never shows a check code when it is printed', async () => {
    const printers = await load('good/every-key.yml', { HTTP_ONLY_CODE: 'a1b2c3d4' });
    expect(JSON.stringify(printers).match(/<secret>/g)).toHaveLength(4);
    expect(JSON.stringify(printers)).not.toMatch(CHECK_CODES);
    expect(JSON.stringify(printers)).not.toContain('a1b2c3d4');
  });

  it('must not be empty when it is read anew, since somebody is just writing it', async () => {
    const reload = (name: string) =>
      loadPrinters({ file: `${DATA}/good/${name}.yml`, printers: [], env: {}, isReload: true });
    expect(await messageOf(reload('empty'))).toBe('good/empty.yml is empty; write printers: [] for none');
    expect(await reload('comments-only')).toEqual([]);
  });

  it.each(['empty', 'comments-only', 'commented-out'])('may name no printers: %s', async (name) => {
    expect(await load(`good/${name}.yml`)).toEqual([]);
  });

  it.each(['bom-and-crlf.yml', 'flow.json'])('may be written otherwise: %s', async (file) => {
    const tcp = { host: '192.168.1.50', port: 8899, login: 'auto' };
    expect(await load(`good/${file}`)).toEqual([{ name: 'finder', address: '192.168.1.50', tcp }]);
  });

  it('may use aliases', async () => {
    expect((await load('good/aliases.yml')).map(({ timeoutMs }) => timeoutMs)).toEqual([3000, 3000]);
  });

  it('may have two printers at one host behind two ports', async () => {
    const ports = (await load('good/one-host-two-ports.yml')).map(({ tcp }) => tcp?.port);
    expect(ports).toEqual([8001, 8002]);
  });

  it('may have two printers without TCP at one host, and one of them named by it', async () => {
    expect((await load('good/one-host-over-http.yml')).map(({ name }) => name)).toEqual(['192.168.1.60', 'second']);
  });
});

describe('a bad file', () => {
  it('is tried for every mistake, and every file is', () => {
    const files = readdirSync(`${DATA}/bad`).filter((file) => file.endsWith('.yml'));
    expect(files.sort()).toEqual(
      Object.keys(MISTAKES)
        .map((name) => `${name}.yml`)
        .sort(),
    );
  });

  it.each(Object.entries(MISTAKES))('%s', async (name, mistake) => {
    const message = await messageOf(load(`bad/${name}.yml`));
    expect(message).toBe(`bad/${name}.yml:${mistake}`);
    expect(message).not.toMatch(CHECK_CODES);
    expect(message).not.toMatch(/[\r\n]/);
  });

  it('is named when it is missing or no file', async () => {
    expect(await messageOf(load('bad/none.yml'))).toBe(
      "--config.file cannot be read: ENOENT: no such file or directory, open 'bad/none.yml'",
    );
    expect(await messageOf(load('bad'))).toMatch(/^--config\.file cannot be read: EISDIR/);
  });

  it('has an empty environment variable', async () => {
    expect(await messageOf(load('bad/check-code-env-missing.yml', { NOT_SET: ' ' }))).toMatch(/NOT_SET is not set$/);
  });
});

describe('the place of a mistake', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'config-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  // Wherever the printers stand in the file, and however they are written.
  const printer = fc.record({ address: fc.ipV4(), timeout: fc.constantFrom('1s', '2m') });
  const shape = fc.record({
    printers: fc.uniqueArray(printer, { minLength: 1, maxLength: 8, selector: ({ address }) => address }),
    comments: fc.nat({ max: 5 }),
    indent: fc.constantFrom('', '  ', '      '),
    newline: fc.constantFrom('\n', '\r\n'),
  });

  it('is the line and the column of its key', async () => {
    await fc.assert(
      fc.asyncProperty(shape, fc.nat(), async ({ printers, comments, indent, newline }, anyIndex) => {
        const wrong = anyIndex % printers.length;
        const lines = ['printers:', ...Array.from({ length: comments }, () => '# äöü: a comment with an "open quote')];
        let expected = '';
        for (const [index, { address, timeout }] of printers.entries()) {
          lines.push(`${indent}- address: "${address}"`, `${indent}  timeout: ${timeout}`);
          if (index === wrong) expected = `${lines.push(`${indent}  'lögin': auto`)}:${indent.length + 3}`;
        }
        const file = join(folder, 'printers.yml');
        await writeFile(file, lines.join(newline));
        const message = await messageOf(loadPrinters({ file, printers: [], env: {} }));
        expect(message).toBe(`${file}:${expected}: unknown key "lögin"; ${PRINTER_KEYS}`);
      }),
      { numRuns: 60 },
    );
  });

  it('is found where the text ends anywhere', async () => {
    const file = join(folder, 'cut.yml');
    const text = `printers:\n  - &a {address: "h", name: 'x'}\n  - address: |\n      h2\n    check_code: !!str 5f3a9c1e\n    serial_number: >-\n      SN1\n`;
    for (let end = 0; end < text.length; end++) {
      await writeFile(file, text.slice(0, end));
      const outcome: unknown = await loadPrinters({ file, printers: [], env: {} }).catch((error: unknown) => error);
      if (!Array.isArray(outcome)) expect(outcome, text.slice(0, end)).toBeInstanceOf(ConfigError);
      if (outcome instanceof ConfigError) expect(outcome.message).not.toMatch(/5f3a/);
    }
  });
});

describe('parsePrinter', () => {
  it.each([
    ['192.168.1.50', '192.168.1.50', '192.168.1.50', 8899],
    ['finder=192.168.1.50', 'finder', '192.168.1.50', 8899],
    ['finder=192.168.1.50:9000', 'finder', '192.168.1.50', 9000],
    ['My Finder=finder.lan', 'My Finder', 'finder.lan', 8899],
    ['5=127.0.0.1', '5', '127.0.0.1', 8899],
    ['1e3=127.0.0.1', '1e3', '127.0.0.1', 8899],
    ['six=[fd00::6]:9000', 'six', 'fd00::6', 9000],
    ['fd00::6', 'fd00::6', 'fd00::6', 8899],
  ])('reads %s', (text, name, host, port) => {
    const address = text.slice(text.indexOf('=') + 1);
    expect(parsePrinter(text)).toEqual({ name, address, tcp: { host, port, login: 'auto' } });
  });

  it.each([
    ['', '"": the address is empty; write [name=]host[:port]'],
    ['finder=', '"finder=": the address is empty; write [name=]host[:port]'],
    ['=192.168.1.50', '"=192.168.1.50": the name before "=" is empty'],
    [' =192.168.1.50', '"…": the name before "=" is empty'],
    ['a=b=c', `"b=c" is not an address: ${ADDRESS_FORMS}`],
    ['192.168.1.999', `"192.168.1.999" is not an address: ${ADDRESS_FORMS}`],
    ['192.168.1.50:0', '"192.168.1.50:0": port 0 switches TCP off, and HTTP needs a configuration file'],
    [`${'n'.repeat(257)}=a`, '"nnnnnnnnnnnnnnnnnnnn…": a name must have at most 256 characters'],
  ])('refuses %j', (text, message) => {
    expect(() => parsePrinter(text)).toThrow(new ConfigError(message));
  });
});

describe('the sources together', () => {
  const names = async (printers: readonly string[], variable?: string, file?: string): Promise<string[]> => {
    const env = { FLASHFORGE_PRINTERS: variable };
    const loaded = await loadPrinters({ printers, env, ...(file !== undefined && { file: `${DATA}/${file}` }) });
    return loaded.map(({ name }) => name);
  };

  it('are the file, the arguments and the environment, in that order', async () => {
    expect(await names(['b=10.0.0.2', '10.0.0.3'], 'd=10.0.0.4', 'good/flow.json')).toEqual([
      'finder',
      'b',
      '10.0.0.3',
      'd',
    ]);
  });

  it.each([
    ['a=10.0.0.1 b=10.0.0.2', ['a', 'b']],
    [' a=10.0.0.1,,b=[::1]:5\n,\tc , ', ['a', 'b', 'c']],
    [' , ', []],
    ['', []],
    [undefined, []],
  ])('separate $FLASHFORGE_PRINTERS %j by blanks and commas', async (variable, expected) => {
    expect(await names([], variable)).toEqual(expected);
  });

  it('say from where a bad printer comes', async () => {
    expect(await messageOf(names([], 'a=10.0.0.1,b=192.168.1.999'))).toBe(
      `$FLASHFORGE_PRINTERS "192.168.1.999" is not an address: ${ADDRESS_FORMS}`,
    );
    expect(await messageOf(names(['192.168.1.999']))).toBe(
      `argument "192.168.1.999" is not an address: ${ADDRESS_FORMS}`,
    );
  });

  it('must not name a printer twice', async () => {
    expect(await messageOf(names(['x=10.0.0.1', 'x=10.0.0.2']))).toBe(
      'argument "x=10.0.0.2": the name "x" is already used at argument "x=10.0.0.1"',
    );
    expect(await messageOf(names(['Finder.lan'], 'b=finder.LAN:8899'))).toBe(
      '$FLASHFORGE_PRINTERS "b=finder.LAN:8899": the address finder.lan:8899 is already used at argument "Finder.lan"',
    );
    expect(await messageOf(names(['b=192.168.1.50'], undefined, 'good/flow.json'))).toBe(
      'argument "b=192.168.1.50": the address 192.168.1.50:8899 is already used at good/flow.json:1:36',
    );
  });

  it.each([
    [['a=10.0.0.1', '10.0.0.1=10.0.0.2'], '10.0.0.1', 'a=10.0.0.1'],
    // Also one that comes later.
    [['10.0.0.1:8899=10.0.0.2', 'a=10.0.0.1'], '10.0.0.1:8899', 'a=10.0.0.1'],
    [['finder=10.0.0.1', 'b=Finder.'], 'finder', 'b=Finder.'],
    [['a=[fd00:0::1]:9000', '[fd00::1]:9000=10.0.0.1'], '[fd00::1]:9000', 'a=[fd00:0::1]:9000'],
    [['10.0.0.1=10.0.0.1:9000', 'a=10.0.0.1'], '10.0.0.1', 'a=10.0.0.1'],
  ])('must not name a printer by the address of another: %j', async (printers, name, owner) => {
    const wrong = printers.find((text) => text.startsWith(`${name}=`));
    expect(await messageOf(names(printers))).toBe(
      `argument "${wrong}": the name "${name}" is the address of another printer, at argument "${owner}"`,
    );
  });

  it.each([
    [['10.0.0.1', '10.0.0.2:9000', 'finder.lan', '[fd00::1]']],
    [['10.0.0.1=10.0.0.1', 'finder.lan=Finder.LAN:8899', 'fd00:0::1=[fd00::1]']],
    // Nobody else is there.
    [['10.0.0.1=10.0.0.1:9000', '10.0.0.1:9001=10.0.0.2', 'finder=10.0.0.3']],
  ])('may name a printer by its own address, and by one that is nobody’s: %j', async (printers) => {
    expect(await names(printers)).toHaveLength(printers.length);
  });
});
