// The search that goes on while the exporter serves: it survives what breaks, and ends when it is told to.

import { expect, it } from 'vitest';
import { MAX_FOUND } from '../../src/discovery/collection.ts';
import { watchPrinters } from '../../src/discovery/watch.ts';
import { createDeferred } from '../support/deferred.ts';
import { collectLog, configNamed } from '../support/fleet.ts';

const NOTHING = { printers: [], problems: [], sent: true };

it('goes on after a search that broke, and says it once', async () => {
  const { log, lines } = collectLog();
  const end = new AbortController();
  let searches = 0;
  const search = async () => {
    searches += 1;
    if (searches === 3) end.abort();
    if (searches < 3) throw new Error('broken');
    return NOTHING;
  };
  await watchPrinters(
    { configured: () => [], onFound: () => {}, intervalMs: 1, search, resolve: async () => [], log },
    end.signal,
  );
  expect(searches).toBe(3);
  expect(lines).toEqual([
    expect.stringMatching(/^level=error msg="a fault in the exporter, please report it" reason="Error: broken/),
  ]);
});

it('ends while the name of a configured printer is being looked up', async () => {
  const end = new AbortController();
  const asked = createDeferred<string>();
  const resolve = (host: string) => {
    asked.resolve(host);
    return new Promise<never>(() => {});
  };
  const config = configNamed('finder', { tcp: { host: 'finder.lan', port: 8899, login: 'auto' } });
  const configured = () => [{ config, identity: undefined }];
  const { log, lines } = collectLog();
  const watching = watchPrinters(
    { configured, onFound: () => {}, intervalMs: 1, search: async () => NOTHING, resolve, log },
    end.signal,
  );
  expect(await asked.promise).toBe('finder.lan');
  end.abort();
  await watching;
  expect(lines).toEqual([]);
});

it('says once that it knows as many printers as it can', async () => {
  const { log, lines } = collectLog('info');
  const end = new AbortController();
  let searches = 0;
  const search = async () => {
    searches += 1;
    if (searches === 3) end.abort();
    const printers = Array.from({ length: MAX_FOUND }, (_, index) => ({
      address: `10.${searches}.${index >> 8}.${index & 255}`,
      name: '',
      tcp: true,
    }));
    return { ...NOTHING, printers };
  };
  await watchPrinters(
    { configured: () => [], onFound: () => {}, intervalMs: 1, search, resolve: async () => [], log },
    end.signal,
  );
  expect(lines.filter((line) => !line.includes('printer discovered'))).toEqual([
    'level=warn msg="discovery is hindered" reason="more than 1000 printers were found; the others are left out"',
  ]);
});
