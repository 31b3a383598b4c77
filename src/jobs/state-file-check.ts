// Whether the state file can be written, checked before the exporter starts: otherwise nobody would notice until the
// outcomes of prints are missing after a restart.

import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, open, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ConfigError } from '../common/config-error.ts';
import { errnoOf } from '../common/errno.ts';
import { shortReasonOf } from '../common/reason.ts';

async function kindOf(path: string): Promise<'file' | 'folder' | 'other' | 'missing'> {
  try {
    const stats = await stat(path);
    if (stats.isFile()) return 'file';
    return stats.isDirectory() ? 'folder' : 'other';
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 'missing';
    throw error;
  }
}

/**
 * Creates and removes a file: permissions alone do not show a read-only file system, and mean nothing to root. A crash in
 * between leaves the file behind, so its name must be a new one each time: in a container every process is number 1.
 */
async function tryToCreate(path: string): Promise<void> {
  const file = await open(path, 'wx');
  await file.close();
  await rm(path, { force: true });
}

async function check(path: string): Promise<void> {
  const kind = await kindOf(path);
  if (kind === 'folder' || kind === 'other') throw new ConfigError('is not a file');
  if (kind === 'file') await access(path, constants.R_OK | constants.W_OK);
  let folder = dirname(resolve(path));
  // A folder that is missing can be created later if the nearest one above it is writable.
  while ((await kindOf(folder)) === 'missing') folder = dirname(folder);
  if ((await kindOf(folder)) !== 'folder') throw new ConfigError(`${folder} is not a folder`);
  await access(folder, constants.W_OK | constants.X_OK);
  await tryToCreate(`${folder}/.flashforge-exporter-${randomUUID()}.tmp`);
}

/** Checks that the state file can be read, if it exists, and written. @throws ConfigError that says why it cannot */
export async function checkStateFile(path: string): Promise<void> {
  try {
    await check(path);
  } catch (error) {
    const reason =
      error instanceof ConfigError
        ? error.message
        : `cannot be written: ${shortReasonOf(error)}; the file and its folder must be writable`;
    throw new ConfigError(`--state.file ${path} ${reason}`);
  }
}
