// The lint rules in biome.json that let each folder of src import only the folders above it.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pathOf } from './files.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'layers-'));
  cpSync(pathOf('biome.json'), join(folder, 'biome.json'));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Lints a file with this content. */
function lint(path: string, content: string): { readonly ok: boolean; readonly output: string } {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [pathOf('node_modules/@biomejs/biome/bin/biome'), 'lint', '--colors=off', '--vcs-enabled=false', path],
    { cwd: folder, encoding: 'utf8' },
  );
  return { ok: status === 0, output: `${stdout}${stderr}` };
}

it.each([
  ['src/printer/new.ts', '../tcp/read.ts', 'src/printer may import only the folders above it'],
  ['src/config/new.ts', '../fleet/fleet.ts', 'src/config may import only the folders above it'],
  ['src/web/http/new.ts', '../security/tls.ts', 'src/web/http may import only the folders above it'],
  ['src/simulator/new.ts', '../web/routes.ts', 'src/simulator may import only the folders above it'],
])('%s must not import %s', (path, specifier, message) => {
  const { ok, output } = lint(path, `import '${specifier}';\n`);
  expect(output).toContain(message);
  expect(ok).toBe(false);
});

it.each([
  ['src/printer/new.ts', '../common/text.ts'],
  ['src/web/security/new.ts', '../http/message.ts'],
  ['src/cli/new.ts', '../web/routes.ts'],
])('%s may import %s', (path, specifier) => {
  expect(lint(path, `import '${specifier}';\n`)).toMatchObject({ ok: true });
});
