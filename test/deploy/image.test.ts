// The Dockerfile, as text: .github/workflows/image.yml builds and runs it.
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pathOf, readPackage, readText, runExporter } from './files.ts';

const dockerfile = readText('Dockerfile').replaceAll(/\\\n\s*/g, '');
const [, final = ''] =
  dockerfile
    .split(/^FROM .* AS build$/m)
    .at(-1)
    ?.split(/^(?=FROM )/m) ?? [];

/** The values of an instruction in the stage that becomes the image. */
const values = (instruction: string) =>
  [...final.matchAll(new RegExp(`^\\s*${instruction} (.*)$`, 'gm'))].map(([, value = '']) => value);

test('has every OCI label that says what it is, and from where', () => {
  const labels = Object.fromEntries(
    [
      ...values('LABEL')
        .join(' ')
        .matchAll(/org\.opencontainers\.image\.([\w.]+)="([^"]*)"/g),
    ].map(([, key, value]) => [key, value]),
  );
  expect(Object.keys(labels).sort()).toEqual(
    'base.name created description documentation licenses revision source title url vendor version'.split(' '),
  );
  for (const key of ['version', 'revision', 'created']) expect(labels[key]).toBe(`\${${key.toUpperCase()}}`);
  expect(labels['licenses']).toBe('MIT');
  expect(values('ARG')).toContain(`VERSION=${readPackage().version}`);
  expect(`FROM ${labels['base.name']?.replace('docker.io/library/', '')}`).toBe(final.split('\n')[0]);
});

test('is not root, by a number that Kubernetes can check', () => {
  expect(values('USER')).toEqual(['1000:1000']);
});

test('carries what runs: no sources, no development dependencies, no package manager’s work', () => {
  expect(values('COPY').map((value) => value.split(' ').at(-1))).toEqual([
    './',
    'node_modules',
    'dist',
    '/var/lib/flashforge-exporter',
  ]);
  expect(values('RUN')).toEqual([]);
  expect(dockerfile).toContain('npm ci --omit=dev');
});

test('knows its health without another program, at the port that it opens', async () => {
  const [port] = values('EXPOSE');
  const [check = ''] = values('HEALTHCHECK .*? CMD');
  const [program, ...args] = JSON.parse(check) as string[];
  expect([program, args[0]]).toEqual(['node', '-e']);
  expect(args[1]).toContain(`http://127.0.0.1:${port}/-/healthy`);
  expect((await runExporter(['--help'])).out).toContain(`":${port}"`);
});

test('the build gets what it copies, and nothing else', () => {
  const lines = readText('.dockerignore')
    .split('\n')
    .filter((line) => line !== '');
  expect(lines[0]).toBe('*');
  const kept = lines.slice(1).map((line) => line.replace(/^!/, ''));
  for (const path of kept) expect(existsSync(pathOf(path)), path).toBe(true);
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, paths = '']) => paths.split(' '));
  expect([...new Set(copied)].sort()).toEqual(kept.sort());
});
