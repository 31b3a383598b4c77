// The npm package: its contents, and that it runs without the checkout.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { hash } from 'bcryptjs';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireProgram, runProgram } from '../support/programs.ts';
import { pathOf, readPackage } from './files.ts';

const { version } = readPackage();
// The parts of a checkout that the package is built from.
const SOURCES =
  'package.json README.md LICENSE CHANGELOG.md tsconfig.json tsconfig.build.json scripts src dashboards alerts deploy docs';
const INSTALL_TIMEOUT_MS = 120_000;

const npm = requireProgram('npm');
let root = '';
const checkout = () => join(root, 'checkout');
const tarball = () => join(root, `flashforge-exporter-${version}.tgz`);

async function run(program: string, args: readonly string[], folder: string): Promise<string> {
  const { code, output } = await runProgram('/bin/sh', ['-c', 'cd "$0" && exec "$@"', folder, program, ...args]);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${code}\n${output}`);
  return output;
}

interface Packed {
  files: { path: string; mode: number }[];
  size: number;
}
let packed: Packed;

// Build, pack and bundle a copy, to leave dist/ of this checkout alone.
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'flashforge-package-'));
  await mkdir(checkout());
  for (const name of SOURCES.split(' ')) await cp(pathOf(name), join(checkout(), name), { recursive: true });
  await symlink(pathOf('node_modules'), join(checkout(), 'node_modules'));
  // A private file that must not be packed.
  await writeFile(join(checkout(), 'deploy/.env'), 'SECRETS=/etc/flashforge\n');
  await run(process.execPath, ['scripts/build.js'], checkout());
  if (npm === undefined) return;
  const output = await run(npm, ['pack', '--json', '--silent', '--pack-destination', root], checkout());
  [packed] = JSON.parse(output.slice(output.search(/^\[/m))) as [Packed];
}, INSTALL_TIMEOUT_MS);

afterAll(async () => {
  if (root !== '') await rm(root, { recursive: true, force: true });
});

test.skipIf(npm === undefined)('contains only dist, dashboards, alerts, deploy, README and LICENSE', () => {
  const paths = packed.files.map(({ path }) => path);
  const allowed = [
    /^(package\.json|README\.md|LICENSE)$/,
    /^dist\/[\w./-]+\.js$/,
    /^dist\/revision\.txt$/,
    /^dashboards\/(\w+\.json|kustomization\.yaml)$/,
    /^alerts\/[\w.]+\.yml$/,
    /^deploy\//,
  ];
  expect(paths.filter((path) => !allowed.some((pattern) => pattern.test(path)))).toEqual([]);
  for (const pattern of allowed)
    expect(
      paths.some((path) => pattern.test(path)),
      String(pattern),
    ).toBe(true);
  for (const path of ['dashboards/fleet.json', 'alerts/flashforge.rules.yml', 'deploy/compose.yml']) {
    expect(paths).toContain(path);
  }
  expect(paths).not.toContain('deploy/.env');
  expect(packed.size).toBeLessThan(500_000);
});

test.skipIf(npm === undefined)('passes publint', async () => {
  const { messages, pkg } = await publint({ pkgDir: checkout(), strict: true });
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
});

/** Installs the package into an empty folder. Without a registry, returns undefined and prints the reason on stderr. */
async function install(): Promise<string | undefined> {
  const folder = join(root, 'empty');
  await mkdir(folder);
  try {
    await run(npm ?? '', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball()], folder);
    return folder;
  } catch (error) {
    const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|E40[13]|E5\d\d/.test(
      String(error),
    );
    if (!offline || process.env['CI'] === 'true') throw error;
    process.stderr.write('skipped: the npm registry cannot be reached\n');
    return undefined;
  }
}

test.skipIf(npm === undefined)(
  'runs the demo when installed into an empty folder',
  { timeout: INSTALL_TIMEOUT_MS },
  async (t) => {
    const folder = await install();
    if (folder === undefined) return t.skip();
    const program = join(folder, 'node_modules/.bin/flashforge-exporter');
    expect(await run(program, ['--version'], folder)).toMatch(new RegExp(`^flashforge-exporter ${version} `));

    const demo = spawn(program, ['demo', '--web.listen-address', '127.0.0.1:0', '--log.level', 'warn'], {
      cwd: folder,
      // `#!/usr/bin/env node` has to find the Node.js under test.
      env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(demo, 'close');
    t.onTestFinished(() => {
      demo.kill('SIGKILL');
    });
    let url: string | undefined;
    for await (const line of createInterface({ input: demo.stdout })) {
      url = /curl -s (\S+)/.exec(line)?.[1];
      if (url !== undefined) break;
    }
    const metrics = await (await fetch(url ?? 'no address was printed')).text();
    expect(metrics.match(/^flashforge_up\{.*\} 1$/gm)).toHaveLength(4);
    demo.kill('SIGTERM');
    expect(await closed).toEqual([0, null]);
  },
);

test('runs as a single bundled file, without npm', { timeout: INSTALL_TIMEOUT_MS }, async (t) => {
  await run(process.execPath, ['scripts/bundle.js'], checkout());
  const folder = join(root, 'bundle-only');
  await mkdir(folder);
  const program = join(folder, 'flashforge-exporter.mjs');
  await cp(join(checkout(), 'bundle/flashforge-exporter.mjs'), program);
  // The password is "secret". Checking it needs bcryptjs in a worker thread, and the files need the YAML parser.
  await writeFile(join(folder, 'web.yml'), `basic_auth_users:\n  prometheus: ${await hash('secret', 4)}\n`);
  await writeFile(join(folder, 'printers.yml'), 'printers:\n  - name: off\n    address: 127.0.0.1:1\n');
  expect(await run(process.execPath, [program, '--version'], folder)).toMatch(
    new RegExp(`^flashforge-exporter ${version} `),
  );

  const flags = [
    '--config.file',
    'printers.yml',
    '--web.config.file',
    'web.yml',
    '--web.listen-address',
    '127.0.0.1:0',
  ];
  const exporter = spawn(process.execPath, [program, ...flags], { cwd: folder, stdio: ['ignore', 'inherit', 'pipe'] });
  const closed = once(exporter, 'close');
  t.onTestFinished(() => {
    exporter.kill('SIGKILL');
  });
  let url: string | undefined;
  for await (const line of createInterface({ input: exporter.stderr })) {
    url = /url=(\S+)/.exec(line)?.[1];
    if (url !== undefined) break;
  }
  const authorization = `Basic ${Buffer.from('prometheus:secret').toString('base64')}`;
  const response = await fetch(`${url}/metrics`, { headers: { authorization } });
  expect(await response.text()).toContain('flashforge_up{printer="off"} 0\n');
  expect((await fetch(`${url}/metrics`)).status).toBe(401);
  exporter.kill('SIGTERM');
  expect(await closed).toEqual([0, null]);
});
