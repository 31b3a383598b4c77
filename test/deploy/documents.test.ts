// The documents for people: files that they name exist, commands that they show exist, links lead somewhere.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pathOf, readPackage, readText, readYaml } from './files.ts';

const DOCUMENTS = [
  'CONTRIBUTING.md',
  'SECURITY.md',
  'docs/architecture.md',
  'deploy/systemd/README.md',
  'deploy/kubernetes/README.md',
];
// Made on the reader's machine.
const MADE = /^deploy\/kubernetes\/my-printers/;

describe.each(DOCUMENTS)('%s', (document) => {
  const text = readText(document);
  const here = dirname(document);

  test('links to files that exist', () => {
    for (const [, link = ''] of text.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      expect(existsSync(pathOf(join(here, link))), link).toBe(true);
    }
  });

  test('names files and folders that exist', () => {
    const named = [
      ...text.matchAll(
        /`((?:src|test|docs|deploy|alerts|dashboards|scripts|base|overlays|\.ci|\.github)\/[\w./*-]*)`/g,
      ),
    ];
    for (const [, path = ''] of named) {
      const found = [path, join(here, path)].some((name) => existsSync(pathOf(name.replace(/\/\*\..*$/, ''))));
      expect(found || MADE.test(path), path).toBe(true);
    }
  });

  test('shows scripts that this package has', () => {
    const { scripts } = readPackage();
    for (const [, name = ''] of text.matchAll(/npm run (?:--silent )?([\w:]+)/g))
      expect(scripts).toHaveProperty([name]);
  });
});

test('the architecture names the files of src/ as they are', () => {
  const files = readdirSync(pathOf('src'), { recursive: true, encoding: 'utf8' }).map((path) => path.split('/').at(-1));
  for (const [, name = ''] of readText('docs/architecture.md').matchAll(/`\**([\w-]+\.ts)\**`/g))
    expect(files).toContain(name);
});

test('every issue form asks for what the printer says', () => {
  const forms = readdirSync(pathOf('.github/ISSUE_TEMPLATE')).filter((name) => name !== 'config.yml');
  expect(forms.length).toBeGreaterThan(0);
  for (const name of forms) {
    const { body } = readYaml<{ body: object[] }>(`.github/ISSUE_TEMPLATE/${name}`);
    expect(JSON.stringify(body)).toMatch(/flashforge-exporter probe \S+ --output json/);
  }
});
