import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseDocument } from 'yaml';
import { loadPrinters } from '../../src/config/load.ts';
import { configSchema } from '../../src/config/schema.ts';
import { renderConfigYaml } from '../../src/discovery/config-yaml.ts';
import { type FoundPrinter, foundFrom } from '../../src/discovery/found.ts';
import { nameFound } from '../../src/discovery/names.ts';
import { parseReply } from '../../src/discovery/packet.ts';
import { buildReply, type ReplyFields, readReply } from './packets.ts';

/** What `--config.file` makes of the text: name, address, sides, serial and code of each printer. */
async function load(text: string): Promise<unknown[]> {
  await writeFile(file, text);
  const printers = await loadPrinters({ file, printers: [], env: {} });
  return printers.map(({ name, address, tcp, http }) => ({
    name,
    address,
    tcpPort: tcp?.port,
    serial: http?.serialNumber,
    code: http?.checkCode.reveal(),
  }));
}

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flashforge-discover-'));
  file = join(folder, 'printers.yml');
});
afterAll(() => rm(folder, { recursive: true }));

function find(address: string, packet: Buffer): FoundPrinter {
  const reply = parseReply(packet);
  if (reply === undefined) throw new Error('no reply');
  return foundFrom(address, reply);
}

function build(address: string, fields: ReplyFields): FoundPrinter {
  return find(address, buildReply(fields));
}

const pro = find('192.168.1.50', readReply('modern-276-5mpro'));
const aries = find('192.168.1.51', readReply('voxelab-aries-ready-140'));
const creator = find('192.168.1.70', readReply('modern-276-creator5pro'));

/** The file as it is after its owner has removed the `# ` of all lines but those for people. */
function uncomment(text: string, code: string): string {
  return text
    .split('\n')
    .filter((line) => !/# .*(discover|uncomment|empty)/.test(line))
    .map((line) => line.replace(/^( *)# /, '$1').replace('check_code: ""', `check_code: ${code}`))
    .join('\n');
}

describe('renderConfigYaml', () => {
  it('writes a file that reads every printer it can, and says what the others lack', async () => {
    const text = renderConfigYaml([pro, aries, creator]);
    expect(text).toBe(`# Printers found by \`flashforge-exporter discover\`.

printers:
  - name: Adventurer 5M Pro
    address: 192.168.1.50
    # serial known, check code needed: Printer ID on the screen, while LAN mode is on; fill it in and uncomment to read HTTP too:
    # serial_number: SNMOMC9900728
    # check_code: ""
  - name: Voxelab Aries
    address: 192.168.1.51
  # serial known, check code needed: Printer ID on the screen, while LAN mode is on; fill it in and uncomment, since this printer is read over HTTP only:
  # - name: Creator 5 Pro
  #   address: 192.168.1.70
  #   tcp: false
  #   serial_number: SNMXXX0000000
  #   check_code: ""
`);
    expect(await load(text)).toEqual([
      { name: 'Adventurer 5M Pro', address: '192.168.1.50', tcpPort: 8899 },
      { name: 'Voxelab Aries', address: '192.168.1.51', tcpPort: 8899 },
    ]);
  });

  it('is right when uncommented', async () => {
    expect(await load(uncomment(renderConfigYaml([pro, aries, creator]), 'abcd1234'))).toEqual([
      { name: 'Adventurer 5M Pro', address: '192.168.1.50', tcpPort: 8899, serial: 'SNMOMC9900728', code: 'abcd1234' },
      { name: 'Voxelab Aries', address: '192.168.1.51', tcpPort: 8899 },
      { name: 'Creator 5 Pro', address: '192.168.1.70', serial: 'SNMXXX0000000', code: 'abcd1234' },
    ]);
  });

  it('is a valid file without any readable printer', async () => {
    expect(await load(renderConfigYaml([]))).toEqual([]);
    const text = renderConfigYaml([creator]);
    expect(await load(text)).toEqual([]);
    expect(await load(uncomment(text.replace('printers: []\n', ''), 'abcd1234'))).toEqual([
      { name: 'Creator 5 Pro', address: '192.168.1.70', serial: 'SNMXXX0000000', code: 'abcd1234' },
    ]);
  });

  it('writes ports only where they are others than usual', () => {
    const text = renderConfigYaml([
      build('10.0.0.1', { name: 'a', tcpPort: 9000, httpPort: 9001, serial: '0123', productId: 0x23 }),
      build('10.0.0.2', { name: 'b', tcpPort: 0, httpPort: 9002, productId: 0x28 }),
    ]);
    expect(text).toContain('address: 10.0.0.1:9000\n');
    expect(text).toContain('# serial_number: "0123"\n    # check_code: ""\n    # http_port: 9001\n');
    expect(text).toContain('#   serial_number: ""\n  #   check_code: ""\n  #   http_port: 9002\n');
  });

  it('holds the very names, whatever printers call themselves', () => {
    const names = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constantFrom(
        'true',
        'null',
        '~',
        '12',
        '1.5',
        '- a',
        'a: b',
        '# x',
        '{',
        '"',
        "'",
        '*a',
        '&a',
        '!t',
        '%',
        '@',
        'x\u2028- name: y',
        '\ufeff',
        'a\u2029',
      ),
    );
    const printer = fc
      .record({
        name: names,
        serial: fc.constantFrom('', 'SNABC123', '0x1F', '1e3'),
        tcpPort: fc.constantFrom(0, 8899, 1),
        httpPort: fc.constantFrom(0, 8898, 80),
      })
      .map((fields) => buildReply(fields));
    fc.assert(
      fc.property(fc.array(printer, { maxLength: 6 }), (packets) => {
        const found = packets.map((packet, index) => find(`10.0.0.${index + 1}`, packet));
        const text = renderConfigYaml(found);
        const all = nameFound(found, []);
        expect(parseDocument(text).warnings).toEqual([]);
        const { printers } = configSchema.parse(parse(text));
        expect(printers.map(({ name }) => name)).toEqual(all.filter((_, index) => found[index]?.tcp));
        expect(new Set(all).size).toBe(found.length);
      }),
      { numRuns: 200 },
    );
  });
});

describe('nameFound', () => {
  it('falls back to model and address, and never takes a name twice', () => {
    const printers = [
      build('10.0.0.1', { name: 'Pro', serial: 'SNAAA0001' }),
      build('10.0.0.2', { name: 'Pro', serial: 'SNBBB0002' }),
      build('10.0.0.3', { name: 'Pro' }),
      build('10.0.0.4', { productId: 0x26 }),
      build('10.0.0.5', {}),
      build('10.0.0.6', { name: 'taken', serial: 'SNCCC0006' }),
      build('10.0.0.7', { name: 'Solo' }),
    ];
    expect(nameFound(printers, ['taken'])).toEqual([
      'Pro-0001',
      'Pro-0002',
      'Pro-10.0.0.3',
      'AD5X',
      '10.0.0.5',
      'taken-0006',
      'Solo',
    ]);
    expect(nameFound(printers.slice(4, 5), ['10.0.0.5', '10.0.0.5-2'])).toEqual(['10.0.0.5-3']);
  });

  it('does not depend on who answered first', () => {
    const a = build('10.0.0.1', { name: 'Pro', serial: 'SNAAA0001' });
    const b = build('10.0.0.2', { name: 'Pro', serial: 'SNBBB0002' });
    expect(nameFound([b, a], [])).toEqual(nameFound([a, b], []).reverse());
  });

  it('lets no printer bear the address of another', () => {
    const printers = [
      build('10.0.0.1', { name: '10.0.0.2', productId: 0x23 }),
      build('10.0.0.3', { name: '10.0.0.2:8899' }),
    ];
    expect(nameFound(printers, [])).toEqual(['Adventurer 5M', '10.0.0.3']);
  });
});
