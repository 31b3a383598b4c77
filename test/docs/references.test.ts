// What code, tests and documents cite exists: a heading of a document, a recorded reply.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pathOf, readText } from '../deploy/files.ts';

const FOLDERS = ['.github', 'alerts', 'bench', 'dashboards/src', 'deploy', 'docs', 'scripts', 'src', 'test'];
const TEXT_FILE = /(?:\.(?:ts|js|mjs|md|ya?ml|sh)|\/SOURCE)$/;

const FILES = [
  ...readdirSync(pathOf('.')).filter((name) => statSync(pathOf(name)).isFile()),
  ...FOLDERS.flatMap((folder) =>
    readdirSync(pathOf(folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  ),
].filter((name) => TEXT_FILE.test(name));

interface Citation {
  readonly file: string;
  readonly cited: string;
}

/** Everything that the first group of the pattern matches in the files, with the file that it stands in. */
function citations(pattern: RegExp, files: readonly string[] = FILES): Citation[] {
  return files.flatMap((file) => [...readText(file).matchAll(pattern)].map(([, cited = '']) => ({ file, cited })));
}

/** The anchor that GitHub makes of a heading: https://github.com/Flet/github-slugger has the same rule. */
function slugOf(heading: string): string {
  const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '');
  return text
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
}

/** The anchors of a Markdown text; a heading that comes again gets `-1`, `-2` … */
function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of markdown.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} +(.+?)(?: +#+)?$/gm)) {
    const slug = slugOf(heading);
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** The citations that lead nowhere, as `file: cited`. */
function missing(cited: readonly Citation[], exists: (citation: Citation) => boolean): string[] {
  return cited.filter((citation) => !exists(citation)).map(({ file, cited: what }) => `${file}: ${what}`);
}

function hasAnchor(document: string, anchor: string): boolean {
  return existsSync(pathOf(document)) && anchorsOf(readText(document)).has(anchor);
}

test('the anchors of a text are those that GitHub makes', () => {
  const text = [
    '# TCP: login (M601, M602)',
    '## `M119`: *status*',
    '### A [link](b.md#c) — größer_als 3',
    '```',
    '# no heading',
    '```',
    '## Twice',
    '## Twice',
  ].join('\n');
  expect([...anchorsOf(text)]).toEqual([
    'tcp-login-m601-m602',
    'm119-status',
    'a-link--größer_als-3',
    'twice',
    'twice-1',
  ]);
});

describe('what is cited exists', () => {
  test('headings of documents, wherever they are cited', () => {
    const cited = citations(/(?<![\w.])(docs\/[\w-]+\.md#[\p{L}\p{N}_-]+)/gu);
    expect(cited.length).toBeGreaterThan(10);
    const isThere = ({ cited: what }: Citation) => {
      const [document = '', anchor = ''] = what.split('#');
      return hasAnchor(document, anchor);
    };
    expect(missing(cited, isThere)).toEqual([]);
  });

  test('headings that documents link to', () => {
    const documents = FILES.filter((file) => file.endsWith('.md'));
    const cited = citations(/\]\((?!https?:)([^)\s]*#[^)\s]+)\)/g, documents);
    expect(cited.length).toBeGreaterThan(10);
    const isThere = ({ file, cited: what }: Citation) => {
      const [document = '', anchor = ''] = what.split('#');
      return hasAnchor(document === '' ? file : join(dirname(file), document), anchor);
    };
    expect(missing(cited, isThere)).toEqual([]);
  });

  test('recorded replies, by their place in test/captures', () => {
    const cited = citations(/(?<![\w./])(?:test\/)?(captures\/[\w-]+(?:\.[\w-]+)*(?:\/[\w-]+(?:\.[\w-]+)*)*)/g);
    expect(cited.length).toBeGreaterThan(50);
    expect(missing(cited, ({ cited: what }) => existsSync(pathOf(`test/${what}`)))).toEqual([]);
  });
});

test('every recorded reply is used in docs/protocol.md', () => {
  const folders = readdirSync(pathOf('test/captures')).filter((name) => name !== 'README.md');
  const protocol = readText('docs/protocol.md');
  expect(folders.filter((name) => !protocol.includes(`test/captures/${name}`))).toEqual([]);
});

test('no file cites a document outside the repository', () => {
  const files = FILES.filter((file) => file !== 'CHANGELOG.md');
  expect(missing(citations(/\b((?:design|quirks|style)\.md)\b/g, files), () => false)).toEqual([]);
  // Sections are cited by their anchor, not by a number.
  expect(missing(citations(/\b(protocol\.md,? §?\d[\d.]*)/g, files), () => false)).toEqual([]);
});
