// Configuration files: any content is accepted, or refused with a one-line error that has the position.

import { writeFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ConfigError } from '../../src/common/config-error.ts';
import { loadPrinters } from '../../src/config/load.ts';
import { loadWebConfig } from '../../src/web/security/web-config.ts';
import { yamlTexts } from '../support/arbitraries.ts';
import { fuzzing, inTime } from '../support/fuzz.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fuzz-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function textsIn(path: string, pattern: RegExp): Promise<string[]> {
  const data = new URL(path, import.meta.url);
  const names = (await readdir(data)).filter((name) => pattern.test(name));
  return await Promise.all(names.map((name) => readFile(new URL(name, data), 'utf8')));
}

/** Checks that the error is one line that begins with the file and the position. */
function expectRefusal(error: unknown, file: string): void {
  if (!(error instanceof ConfigError)) throw error;
  const position = error.message.slice(file.length);
  expect(error.message.startsWith(file)).toBe(true);
  expect(position).toMatch(/^:\d+:\d+: [^\n]+$/);
}

const CONFIG_KEYS =
  'printers: |address: |name: |tcp: |http_port: |serial_number: |check_code: |check_code_env: |login: |timeout: |auto|10s|8898|false';
const WEB_KEYS =
  'tls_server_config: |cert_file: |key_file: |client_ca_file: |client_auth_type: |min_version: |TLS12|http_server_config: |http2: |headers: |basic_auth_users: |Content-Security-Policy: |$2y$10$';

it('any configuration file is loaded or refused in one line', async () => {
  const beginnings = [
    'printers:\n  - address: a\n    ',
    ...(await textsIn('../config/data/good/', /\.yml$/)),
    ...(await textsIn('../config/data/bad/', /\.yml$/)),
  ];
  const file = join(folder, 'printers.yml');
  let good = 0;
  await fc.assert(
    fc.asyncProperty(yamlTexts(beginnings, CONFIG_KEYS.split('|')), async (text) => {
      writeFileSync(file, text);
      try {
        const startedAt = performance.now();
        const printers = await loadPrinters({ file, printers: [], env: {} });
        expect(performance.now() - startedAt).toBeLessThan(1000);
        if (printers.length > 0) good += 1;
        const names = printers.map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
        for (const { tcp, http } of printers) expect(tcp ?? http).toBeDefined();
      } catch (error) {
        expectRefusal(error, file);
      }
    }),
    fuzzing(),
  );
  expect(good).toBeGreaterThan(0);
});

it('any web configuration file is loaded or refused in one line', async () => {
  const beginnings = ['basic_auth_users:\n  a: ', ...(await textsIn('../web/security/data/', /\.yml$/))];
  const file = join(folder, 'web.yml');
  let good = 0;
  fc.assert(
    fc.property(yamlTexts(beginnings, WEB_KEYS.split('|')), (text) => {
      writeFileSync(file, text);
      try {
        const { headers, users } = inTime(() => loadWebConfig(file));
        good += 1;
        for (const [name, value] of Object.entries(headers)) {
          expect(name).toBe(name.toLowerCase());
          expect(value).not.toMatch(/[\r\n]/);
        }
        for (const hash of users.values()) expect(hash.reveal()).toMatch(/^\$2/);
      } catch (error) {
        expectRefusal(error, file);
      }
    }),
    fuzzing(),
  );
  expect(good).toBeGreaterThan(0);
});
