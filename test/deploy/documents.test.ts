// The documents: the files, commands and flags that they mention exist, and their links work.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pathOf, readPackage, readText, readYaml, runExporter } from './files.ts';

const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(pathOf('docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  'deploy/systemd/README.md',
  'deploy/kubernetes/README.md',
];
async function flagsOfHelp(): Promise<string[]> {
  const { out } = await runExporter(['--help']);
  return [...new Set([...out.matchAll(/^ +(?:-\w, )?(--[\w.-]+)/gm)].map(([, flag = '']) => flag))].sort();
}

// Created on the reader's machine.
const CREATED_BY_READER = /^deploy\/kubernetes\/my-printers/;

describe.each(DOCUMENTS)('%s', (document) => {
  const text = readText(document);
  const here = dirname(document);

  test('links to files that exist', () => {
    for (const [, link = ''] of text.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      expect(existsSync(pathOf(join(here, link))), link).toBe(true);
    }
  });

  test('mentions files and folders that exist', () => {
    const named = [
      ...text.matchAll(
        /`((?:src|test|docs|deploy|alerts|dashboards|scripts|base|overlays|\.ci|\.github)\/[\w./*-]*)`/g,
      ),
    ];
    for (const [, path = ''] of named) {
      const found = [path, join(here, path)].some((name) => existsSync(pathOf(name.replace(/\/\*\..*$/, ''))));
      expect(found || CREATED_BY_READER.test(path), path).toBe(true);
    }
  });

  test('shows npm scripts that exist', () => {
    const { scripts } = readPackage();
    for (const [, name = ''] of text.matchAll(/npm run (?:--silent )?([\w:-]*\w)/g))
      expect(scripts).toHaveProperty([name]);
  });

  test('mentions flags that exist', async () => {
    const known = await flagsOfHelp();
    const named = text.match(/--(?:config|web|probe|scrape|discovery|state|log)\.[a-z][a-z.-]*[a-z]/g) ?? [];
    for (const flag of named) expect(known).toContain(flag);
  });
});

test('the README lists every flag of --help', async () => {
  const [, table = ''] = /^## Flags\n([\s\S]*?)^## /m.exec(readText('README.md')) ?? [];
  const listed = [...table.matchAll(/^\| `(--[\w.-]+)/gm)].map(([, flag]) => flag);
  expect(listed.toSorted()).toEqual((await flagsOfHelp()).filter((flag) => !/^--(help|version)$/.test(flag)));
});

test('docs/architecture.md mentions files that exist in src/', () => {
  const files = readdirSync(pathOf('src'), { recursive: true, encoding: 'utf8' }).map((path) => path.split('/').at(-1));
  for (const [, name = ''] of readText('docs/architecture.md').matchAll(/`\**([\w-]+\.ts)\**`/g))
    expect(files).toContain(name);
});

test("every issue form asks for the printer's replies", () => {
  const forms = readdirSync(pathOf('.github/ISSUE_TEMPLATE')).filter((name) => name !== 'config.yml');
  expect(forms.length).toBeGreaterThan(0);
  for (const name of forms) {
    const { body } = readYaml<{ body: object[] }>(`.github/ISSUE_TEMPLATE/${name}`);
    expect(JSON.stringify(body)).toMatch(/flashforge-exporter probe \S+ --output json/);
  }
});
