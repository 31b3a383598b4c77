import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/common/config-error.ts';
import { createLogger } from '../../src/common/log.ts';
import { Reloader } from '../../src/config/reload.ts';
import type { PrinterConfig } from '../../src/printer/config.ts';
import { createDeferred } from '../support/deferred.ts';

const FINDER: PrinterConfig = { name: 'finder', address: '192.168.1.50' };
const OTHER: PrinterConfig = { name: 'other', address: '192.168.1.51' };

/** A reloader whose loads are these, one after the other, and what it did. */
function createReloader(...loads: readonly (() => Promise<readonly PrinterConfig[]>)[]) {
  const remaining = [...loads];
  const applied: (readonly PrinterConfig[])[] = [];
  const lines: string[] = [];
  const clock = { ms: 10_000 };
  const now = (): number => clock.ms;
  const reloader = new Reloader({
    load: () => remaining.shift()?.() ?? Promise.reject(new Error('one load too many')),
    apply: (printers) => void applied.push(printers),
    log: createLogger({ level: 'info', format: 'logfmt', write: (line) => lines.push(line), now }),
    now,
  });
  return { reloader, applied, lines, clock };
}

describe('a reload', () => {
  it('is successful from the start, since the first load was', () => {
    const { reloader } = createReloader();
    expect([reloader.isSuccessful, reloader.successSeconds]).toEqual([true, 10]);
  });

  it('applies what it loads', async () => {
    const { reloader, applied, lines, clock } = createReloader(async () => [FINDER]);
    clock.ms = 20_000;
    await reloader.reload();
    expect(applied).toEqual([[FINDER]]);
    expect([reloader.isSuccessful, reloader.successSeconds]).toEqual([true, 20]);
    expect(lines.join('')).toMatch(/level=info msg="configuration reloaded" printers=1\n$/);
  });

  it('keeps the old configuration when the new one is bad, and says why', async () => {
    const { reloader, applied, lines, clock } = createReloader(
      () => Promise.reject(new ConfigError('printers.yml:3:5: unknown key "adress"')),
      async () => [FINDER],
    );
    clock.ms = 20_000;
    await expect(reloader.reload()).rejects.toThrow('printers.yml:3:5');
    expect(applied).toEqual([]);
    expect([reloader.isSuccessful, reloader.successSeconds]).toEqual([false, 10]);
    expect(lines.join('')).toMatch(/level=error .*reason="printers\.yml:3:5: unknown key \\"adress\\""\n$/);
    await reloader.reload();
    expect(applied).toEqual([[FINDER]]);
    expect([reloader.isSuccessful, reloader.successSeconds]).toEqual([true, 20]);
  });

  it('that fails by a fault of ours is in the log too: at SIGHUP nobody else hears of it', async () => {
    const { reloader, lines } = createReloader(() => Promise.reject(new TypeError('a fault')));
    await expect(reloader.reload()).rejects.toThrow('a fault');
    expect(reloader.isSuccessful).toBe(false);
    expect(lines).toEqual([expect.stringMatching(/level=error .*reason="TypeError: a fault/)]);
  });

  it('waits for the one before it, good or bad', async () => {
    const first = createDeferred<readonly PrinterConfig[]>();
    const started: string[] = [];
    const { reloader, applied } = createReloader(
      () => {
        started.push('first');
        return first.promise;
      },
      async () => {
        started.push('second');
        return [OTHER];
      },
    );
    const failing = reloader.reload();
    const following = reloader.reload();
    await Promise.resolve();
    expect(started).toEqual(['first']);
    first.reject(new ConfigError('bad'));
    await expect(failing).rejects.toThrow('bad');
    await following;
    expect([started, applied, reloader.isSuccessful]).toEqual([['first', 'second'], [[OTHER]], true]);
  });
});
