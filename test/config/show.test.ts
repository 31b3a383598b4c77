import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { loadPrinters } from '../../src/config/load.ts';
import { renderConfig } from '../../src/config/show.ts';

const FILE = fileURLToPath(new URL('data/good/every-key.yml', import.meta.url));

it('shows the running configuration as a file that loads as the same, its secrets apart', async () => {
  const env = { HTTP_ONLY_CODE: 'a1b2c3d4' };
  const printers = await loadPrinters({ file: FILE, printers: ['later=[fd00::9]:9000'], env });
  const text = renderConfig(printers);
  expect(text.match(/check_code: <secret>$/gm)).toHaveLength(4);
  expect(text).not.toMatch(/5f3a9c1e|12345678|a1b2c3d4|9c1e5f3a/);

  const folder = await mkdtemp(join(tmpdir(), 'show-'));
  try {
    const file = join(folder, 'shown.yml');
    await writeFile(file, text);
    const again = await loadPrinters({ file, printers: [], env: {} });
    // A Secret is `<secret>` in JSON, whatever it holds.
    expect(JSON.parse(JSON.stringify(again))).toEqual(JSON.parse(JSON.stringify(printers)));
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('shows that there are no printers', () => {
  expect(renderConfig([])).toBe('printers: []\n');
});
