import { describe, expect, it } from 'vitest';
import {
  createLogger,
  LOG_LEVELS,
  type LogFields,
  type LogFormat,
  type LogLevel,
  silentLogger,
} from '../../src/common/log.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 6);

/** What a logger writes for one message of each level. */
function written(level: LogLevel, format: LogFormat, message: string, fields?: LogFields): string[] {
  const lines: string[] = [];
  const log = createLogger({ level, format, write: (line) => lines.push(line), now: () => NOW });
  for (const own of LOG_LEVELS) log[own](message, fields);
  return lines;
}

function logfmt(fields: LogFields): string {
  const [line = ''] = written('error', 'logfmt', 'test', fields);
  return line.replace('time=2026-01-02T03:04:05.006Z level=error msg=test', '').trimStart();
}

describe('a log line', () => {
  it('is logfmt', () => {
    expect(written('error', 'logfmt', 'printer unreachable', { printer: 'finder', code: 'refused', ms: 12 })).toEqual([
      'time=2026-01-02T03:04:05.006Z level=error msg="printer unreachable" printer=finder code=refused ms=12\n',
    ]);
  });

  it('is JSON', () => {
    expect(written('error', 'json', 'printer unreachable', { printer: 'My "Finder"', ok: false, ms: 12 })).toEqual([
      '{"time":"2026-01-02T03:04:05.006Z","level":"error","msg":"printer unreachable","printer":"My \\"Finder\\"","ok":false,"ms":12}\n',
    ]);
  });

  it.each(['logfmt', 'json'] as const)('leaves undefined fields out: %s', (format) => {
    const [line] = written('error', format, 'x', { printer: 'finder', code: undefined });
    expect(line).toContain('finder');
    expect(line).not.toMatch(/code|undefined/);
  });

  it.each([
    ['finder', 'finder\n'],
    ['192.168.1.50:8899', '192.168.1.50:8899\n'],
    ['größe', 'größe\n'],
    ['', '""\n'],
    ['My Finder', '"My Finder"\n'],
    ['a=b', '"a=b"\n'],
    ['say "hi"', '"say \\"hi\\""\n'],
    ['back\\slash', 'back\\slash\n'],
    ['a\\ b', '"a\\\\ b"\n'],
    ['a\tb', '"a\\tb"\n'],
    ['a\u00a0b', '"a\u00a0b"\n'],
  ])('quotes %j only when it must', (value, expected) => {
    expect(logfmt({ v: value })).toBe(`v=${expected}`);
  });

  it('writes numbers and booleans bare', () => {
    expect(logfmt({ n: -1.5, t: true, nan: Number.NaN })).toBe('n=-1.5 t=true nan=NaN\n');
  });

  // What a terminal, a log collector or String.split may take for the end of a line, or for a command.
  const EVERY_CONTROL = [
    ...Array.from({ length: 0x20 }, (_, code) => code),
    ...Array.from({ length: 0x21 }, (_, code) => 0x7f + code),
    ...[0x2028, 0x2029, 0xd800, 0xfeff],
  ];

  it.each(['logfmt', 'json'] as const)('stays one line whatever a printer calls itself: %s', (format) => {
    for (const code of EVERY_CONTROL) {
      const name = `a${String.fromCharCode(code)}level=error`;
      const [line = ''] = written('error', format, `msg${String.fromCharCode(code)}`, { name });
      expect(line.endsWith('\n')).toBe(true);
      expect(line.slice(0, -1), `U+${code.toString(16)}`).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
      expect(Buffer.from(line).toString()).toBe(line);
      if (format === 'json') expect(JSON.parse(line)).toMatchObject({ name });
    }
  });

  it('keeps a name with "=" and quotes in one field', () => {
    expect(logfmt({ name: 'x" level=error msg="gone' })).toBe('name="x\\" level=error msg=\\"gone"\n');
  });
});

describe('levels', () => {
  it.each(LOG_LEVELS.map((level, index) => [level, LOG_LEVELS.slice(index)] as const))(
    '%s lets %j through',
    (level, expected) => {
      const levels = written(level, 'logfmt', 'x').map((line) => /level=(\w+)/.exec(line)?.[1]);
      expect(levels).toEqual(expected);
    },
  );

  it('drops everything that a silent logger is told', () => {
    for (const level of LOG_LEVELS) expect(silentLogger[level]('x')).toBeUndefined();
  });
});
