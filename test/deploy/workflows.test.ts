// The GitHub workflows: what they run exists, and their permissions are minimal.
import { readdirSync } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/for-test.ts';
import { requireProgram, runProgram } from '../support/programs.ts';
import { pathOf, readPackage, readText, readYaml } from './files.ts';

interface Job {
  'runs-on': string;
  'timeout-minutes'?: number;
  permissions?: Record<string, string>;
  strategy?: { matrix: Record<string, unknown[]> };
  needs?: string;
  container?: { image: string; options: string };
  steps: { uses?: string; run?: string; with?: Record<string, unknown> }[];
}
interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

interface Sbom {
  components: { 'bom-ref': string }[];
}
interface Lock {
  packages: Record<string, { version: string; dev?: boolean }>;
}

const FOLDER = '.github/workflows';
const files = readdirSync(pathOf(FOLDER));

describe.each(files)('%s', (file) => {
  const { permissions, jobs } = readYaml<Workflow>(`${FOLDER}/${file}`);
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  test('pins actions to commits, with the version as a comment', () => {
    for (const line of readText(`${FOLDER}/${file}`)
      .split('\n')
      .filter((text) => text.includes('uses:'))) {
      expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  test('has write permissions only in jobs that publish', () => {
    expect(permissions).toEqual({ contents: 'read' });
    const more = Object.entries(jobs).flatMap(([name, job]) =>
      Object.entries(job.permissions ?? {}).flatMap(([scope, right]) =>
        right === 'write' ? [`${name} ${scope}`] : [],
      ),
    );
    const expected: Record<string, string[]> = {
      'image.yml': ['image packages'],
      'release.yml': ['npm id-token', 'github contents'],
    };
    expect(more).toEqual(expected[file] ?? []);
  });

  test('keeps no token in the checkout, and has timeouts', () => {
    for (const { uses, with: options } of steps) {
      if (uses?.startsWith('actions/checkout@')) expect(options).toMatchObject({ 'persist-credentials': false });
    }
    for (const job of Object.values(jobs)) expect(job['timeout-minutes']).toBeLessThanOrEqual(30);
  });

  test('runs npm scripts and programs that exist', () => {
    const { scripts } = readPackage();
    const called = steps.flatMap(({ run = '' }) => [...run.matchAll(/npm (?:run )?(test|(?<=run )[\w:]+)/g)]);
    for (const [, name = ''] of called) expect(scripts).toHaveProperty([name]);
    const programs = steps.flatMap(({ run = '' }) => run.match(/^\.ci\/\w+/m) ?? []);
    for (const path of programs) expect(readText(path)).toMatch(/^#!/);
  });
});

test('the matrix has the Node.js versions of .ci/run', () => {
  const matrix = readYaml<Workflow>(`${FOLDER}/test.yml`).jobs['node']?.strategy?.matrix['node'];
  const others = /for major in (.*); do/.exec(readText('.ci/run'))?.[1]?.split(' ').map(Number) ?? [];
  expect(matrix).toEqual([20, ...others]);
});

test('the gate runs in a privileged container, which can create network namespaces', () => {
  const { gate } = readYaml<Workflow>(`${FOLDER}/test.yml`).jobs;
  expect(gate?.container).toEqual({ image: 'node:20-bookworm', options: '--privileged' });
});

test('the image is multi-platform and has provenance and an SBOM', () => {
  const steps = readYaml<Workflow>(`${FOLDER}/image.yml`).jobs['image']?.steps ?? [];
  expect(steps.at(-1)?.with).toMatchObject({
    platforms: 'linux/amd64,linux/arm64',
    provenance: 'mode=max',
    sbom: true,
  });
});

const npm = requireProgram('npm');
test.skipIf(npm === undefined)('the SBOM of a release lists every package that is installed with it', async () => {
  const steps = readYaml<Workflow>(`${FOLDER}/release.yml`).jobs['github']?.steps ?? [];
  const commands = steps.flatMap(({ run }) => (run?.includes('npm sbom') ? [run] : []));
  const folder = await temporaryFolder();
  for (const name of ['package.json', 'package-lock.json']) await copyFile(pathOf(name), join(folder, name));
  const { code, output } = await runProgram('/bin/sh', ['-ec', ['cd "$0"', ...commands].join('\n'), folder]);
  expect(code, output).toBe(0);
  const { components } = JSON.parse(await readFile(join(folder, 'sbom.cdx.json'), 'utf8')) as Sbom;
  const { packages } = JSON.parse(readText('package-lock.json')) as Lock;
  const shipped = Object.entries(packages).flatMap(([path, { dev, version }]) =>
    path === '' || dev === true ? [] : [`${path.replace(/^.*node_modules\//, '')}@${version}`],
  );
  expect(components.map(({ 'bom-ref': name }) => name).sort()).toEqual([...new Set(shipped)].sort());
});

test('the package is published with provenance', () => {
  const runs = readYaml<Workflow>(`${FOLDER}/release.yml`).jobs['npm']?.steps.flatMap(({ run }) => run ?? []);
  expect(runs).toContain('npm publish --provenance --access public');
});
