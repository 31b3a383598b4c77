// The version and revision of this build.

import { readFileSync } from 'node:fs';
import type { BuildInfo } from '../metrics/exporter.ts';

// The same relative path from src/ and from dist/.
const PACKAGE = new URL('../../package.json', import.meta.url);
// Written by scripts/build.js; missing when running from source.
const REVISION = new URL('../revision.txt', import.meta.url);

// Defined by scripts/bundle.js: there are no files beside a bundle.
declare const BUNDLED_BUILD: BuildInfo | undefined;

function field(json: unknown, key: string): string {
  const value =
    typeof json === 'object' && json !== null ? Object.entries(json).find(([name]) => name === key)?.[1] : '';
  return typeof value === 'string' ? value : '';
}

function readRevision(): string {
  try {
    return readFileSync(REVISION, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}

/** Version and revision of this build. */
export function readBuildInfo(): BuildInfo {
  if (typeof BUNDLED_BUILD !== 'undefined') return BUNDLED_BUILD;
  const json: unknown = JSON.parse(readFileSync(PACKAGE, 'utf8'));
  return { version: field(json, 'version'), revision: readRevision() };
}

/** The output of `--version`. */
export function formatVersion({ version, revision }: BuildInfo): string {
  return `flashforge-exporter ${version} (revision ${revision}, Node.js ${process.versions.node})`;
}
