// Whether an unwritable state file is found at the start.

import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/common/config-error.ts';
import { checkStateFile } from '../../src/jobs/state-file-check.ts';

// Permissions do not bind root.
const IS_ROOT = process.getuid?.() === 0;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flashforge-check-'));
});
afterEach(async () => {
  await chmod(folder, 0o755);
  await rm(folder, { recursive: true, force: true });
});

async function messageFor(path: string): Promise<string> {
  const error = await checkStateFile(path).then(
    () => 'nothing is wrong',
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ConfigError);
  return String(error).replaceAll(folder, 'FOLDER');
}

describe('a state file that can be written', () => {
  it.each(['state.json', 'not/yet/there/state.json'])('need not exist: %s, and is not created', async (name) => {
    await checkStateFile(join(folder, name));
    expect(await readdir(folder)).toEqual([]);
  });

  it('may have what an earlier check left behind next to it', async () => {
    // In a container every process has the same number.
    await writeFile(join(folder, `.flashforge-exporter-${process.pid}.tmp`), '');
    await checkStateFile(join(folder, 'state.json'));
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('may exist, and is left as it is', async () => {
    const path = join(folder, 'state.json');
    await writeFile(path, '{}');
    await checkStateFile(path);
    expect(await readdir(folder)).toEqual(['state.json']);
  });
});

describe('a state file that cannot be written', () => {
  it('is a folder', async () => {
    await mkdir(join(folder, 'state.json'));
    expect(await messageFor(join(folder, 'state.json'))).toBe(
      'ConfigError: --state.file FOLDER/state.json is not a file',
    );
  });

  it('is inside a file', async () => {
    await writeFile(join(folder, 'file'), '');
    expect(await messageFor(join(folder, 'file', 'state.json'))).toContain('ENOTDIR');
  });

  it('is a loop of links', async () => {
    await symlink('state.json', join(folder, 'state.json'));
    expect(await messageFor(join(folder, 'state.json'))).toContain('ELOOP');
  });

  it.skipIf(IS_ROOT)('is in a folder that is read-only, or below one', async () => {
    await chmod(folder, 0o555);
    const hint = 'cannot be written: EACCES; the file and its folder must be writable';
    expect(await messageFor(join(folder, 'state.json'))).toContain(hint);
    expect(await messageFor(join(folder, 'later', 'state.json'))).toContain(hint);
  });

  it.skipIf(IS_ROOT)('has a mode that forbids it', async () => {
    await writeFile(join(folder, 'state.json'), '{}', { mode: 0o444 });
    expect(await messageFor(join(folder, 'state.json'))).toContain('EACCES');
  });

  it('is on a file system that takes no files', async () => {
    expect(await messageFor('/proc/flashforge/state.json')).toMatch(/cannot be written: E[A-Z]+;/);
  });
});
