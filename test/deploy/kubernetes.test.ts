// The Kubernetes manifests conform to the API, and their references resolve.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { temporaryFolder } from '../support/for-test.ts';
import { runProgram } from '../support/programs.ts';
import { checkArguments, parseYamls, pathOf, readPackage, readText, readYaml } from './files.ts';
import { buildKustomization, type Manifest } from './kustomize.ts';

const FOLDER = 'deploy/kubernetes';
const OVERLAYS = ['base', 'overlays/prometheus-operator', 'overlays/prometheus-operator-probe'];
const PACKAGES = {
  '': 'kubernetes-models',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
} as const;

/** The node_modules folder with the packages of the API's types and schemas. */
function findModels(): string | undefined {
  const names = Object.values(PACKAGES);
  const folders = createRequire(import.meta.url).resolve.paths('kubernetes-models') ?? [];
  const found = folders.find((folder) => names.every((name) => existsSync(join(folder, name))));
  if (found !== undefined) return found;
  const reason = `${names.join(' and ')} are not installed`;
  if (process.env['CI'] === 'true') throw new Error(`${reason}, and CI=true`);
  process.stderr.write(`skipped: ${reason}\n`);
  return undefined;
}
const models = findModels();
const kubectl = findKubectl();

const titleOf = ({ kind, metadata }: Manifest) => `${kind} ${metadata.name}`;

/** The module of a manifest's kind: `kubernetes-models/apps/v1/Deployment`. */
function moduleOf({ apiVersion, kind }: Manifest): string {
  const [group] = apiVersion.includes('/') ? apiVersion.split('/') : [''];
  const name = group === 'monitoring.coreos.com' ? PACKAGES[group] : PACKAGES[''];
  return `${name}/${apiVersion}/${kind}`;
}

/** Every value of a key, at any depth. */
function valuesUnder(key: string, node: unknown): unknown[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) => [
    ...(name === key ? [value] : []),
    ...valuesUnder(key, value),
  ]);
}

interface Container {
  image: string;
  args: string[];
  ports: { name: string; containerPort: number }[];
  volumeMounts: { name: string; mountPath: string }[];
}
interface PodSpec {
  containers: Container[];
  volumes: {
    name: string;
    configMap?: { name: string };
    secret?: { secretName: string };
    persistentVolumeClaim?: { claimName: string };
  }[];
}
type Labels = Record<string, string>;
interface Deployment extends Manifest {
  spec: { selector: { matchLabels: Labels }; template: { metadata: { labels: Labels }; spec: PodSpec } };
}
interface Service extends Manifest {
  spec: { selector: Labels; ports: { name: string; port: number; targetPort: string }[] };
}
interface ConfigMap extends Manifest {
  data: Record<string, string>;
}

describe.each(OVERLAYS)('%s', (overlay) => {
  const manifests = buildKustomization(`${FOLDER}/${overlay}`);
  const all = <M extends Manifest>(kind: string) =>
    manifests.filter((manifest): manifest is M => manifest.kind === kind);
  const only = <M extends Manifest>(kind: string): M => {
    const [first, ...others] = all<M>(kind);
    if (first === undefined || others.length > 0) throw new Error(`${overlay} does not have exactly one ${kind}`);
    return first;
  };
  const named = (kind: string, name: string | undefined) =>
    manifests.filter((manifest) => manifest.kind === kind && manifest.metadata.name === name);

  test('has unique objects, all in one namespace', () => {
    const titles = manifests.map(titleOf);
    expect(new Set(titles).size).toBe(titles.length);
    const namespace = only('Namespace').metadata.name;
    for (const manifest of manifests.filter(({ kind }) => kind !== 'Namespace')) {
      expect(manifest.metadata.namespace, titleOf(manifest)).toBe(namespace);
    }
  });

  describe.skipIf(models === undefined)('against the API', () => {
    test.each(manifests.map((manifest) => [titleOf(manifest), manifest] as const))(
      '%s is valid',
      async (_, manifest) => {
        const path = join(models ?? '', `${moduleOf(manifest)}.js`);
        const exported: Record<string, new (data: Manifest) => { validate(): void }> = await import(
          /* @vite-ignore */ pathToFileURL(path).href
        );
        const Model = exported[manifest.kind];
        if (Model === undefined) throw new Error(`${moduleOf(manifest)} has no ${manifest.kind}`);
        new Model(manifest).validate();
      },
    );

    // The schemas accept unknown keys. TypeScript refuses them in a literal.
    test('has no unknown key', async () => {
      const folder = await temporaryFolder();
      await symlink(models ?? '', join(folder, 'node_modules'));
      const lines = manifests.map(
        (manifest, index) =>
          `import type { I${manifest.kind} as T${index} } from '${moduleOf(manifest)}';\n` +
          `export const m${index}: T${index} = ${JSON.stringify(manifest)};\n`,
      );
      await writeFile(join(folder, 'manifests.ts'), lines.join(''));
      const options = '--noEmit --strict --skipLibCheck --module nodenext --target es2022 --types  manifests.ts'.split(
        ' ',
      );
      const tsc = pathOf('node_modules/typescript/bin/tsc');
      const shell = `cd "$0" && exec "$@"`;
      const args = ['-c', shell, folder, process.execPath, tsc, ...options];
      const { code, output } = await runProgram('/bin/sh', args);
      expect(code, output).toBe(0);
    });
  });

  test('the Deployment, the Service and the NetworkPolicy select the pods', () => {
    const { selector, template } = only<Deployment>('Deployment').spec;
    expect(template.metadata.labels).toMatchObject(selector.matchLabels);
    expect(template.metadata.labels).toMatchObject(only<Service>('Service').spec.selector);
    const [policy] = valuesUnder('podSelector', only('NetworkPolicy')) as [{ matchLabels: Labels }];
    expect(template.metadata.labels).toMatchObject(policy.matchLabels);
    for (const labels of [selector.matchLabels, only<Service>('Service').spec.selector, policy.matchLabels]) {
      expect(labels).not.toEqual({});
    }
  });

  test('every named port is a port of the container', () => {
    const { containers } = only<Deployment>('Deployment').spec.template.spec;
    const ports = containers.flatMap((container) => container.ports.map(({ name }) => name));
    const probes = valuesUnder('httpGet', only('Deployment')) as { port: string }[];
    expect(probes).toHaveLength(3);
    const allowed = valuesUnder('ingress', only('NetworkPolicy')).flatMap((rules) => valuesUnder('port', rules));
    const targets = only<Service>('Service').spec.ports.map(({ targetPort }) => targetPort);
    for (const port of [...probes.map((probe) => probe.port), ...allowed, ...targets]) expect(ports).toContain(port);
  });

  test('every volume exists and is mounted', () => {
    const { containers, volumes } = only<Deployment>('Deployment').spec.template.spec;
    for (const { configMap, secret, persistentVolumeClaim } of volumes) {
      const found = [
        ...named('ConfigMap', configMap?.name),
        ...named('Secret', secret?.secretName),
        ...named('PersistentVolumeClaim', persistentVolumeClaim?.claimName),
      ];
      expect(found).toHaveLength(1);
    }
    const mounted = containers.flatMap(({ volumeMounts }) => volumeMounts.map(({ name }) => name));
    expect(mounted.sort()).toEqual(volumes.map(({ name }) => name).sort());
  });

  test('the arguments are valid, and their files are on volumes', async () => {
    const [container] = only<Deployment>('Deployment').spec.template.spec.containers;
    const { args = [], volumeMounts = [], image } = container ?? {};
    expect(await checkArguments(args, pathOf(`${FOLDER}/base/printers.yml`))).toMatchObject({ code: 0, err: '' });
    const mounts = volumeMounts.map(({ mountPath }) => mountPath);
    const written = readText(`${FOLDER}/base/printers.yml`).match(/check_code_file: (\S+)/)?.[1];
    const files = [...args.flatMap((word) => word.match(/^--\w+\.file=(.*)$/)?.[1] ?? []), written ?? ''];
    expect(files).toHaveLength(3);
    for (const file of files) expect(mounts).toContain(file.replace(/\/[^/]*$/, ''));
    expect(image?.split(':')[1]).toBe(readPackage().version);
  });

  test('the example check code is a key of the Secret', () => {
    const file = readText(`${FOLDER}/base/printers.yml`).match(/check_code_file: \S+\/(\S+)/)?.[1];
    expect(Object.keys(only('Secret')['stringData'] as object)).toEqual([file]);
  });

  test('the pod meets the restricted security standard', () => {
    const [, container] = valuesUnder('securityContext', only('Deployment')).sort(
      (a, b) => Number('capabilities' in (a as object)) - Number('capabilities' in (b as object)),
    );
    expect(container).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(valuesUnder('runAsNonRoot', only('Deployment'))).toEqual([true]);
    expect(valuesUnder('seccompProfile', only('Deployment'))).toEqual([{ type: 'RuntimeDefault' }]);
    expect(only('Namespace').metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  });

  if (overlay !== 'base') {
    test('the rules are those of alerts/', () => {
      expect(only('PrometheusRule')['spec']).toEqual(parse(readText('alerts/flashforge.rules.yml')));
    });

    test("every dashboard is a ConfigMap that Grafana's sidecar loads", () => {
      const dashboards = all<ConfigMap>('ConfigMap').filter(
        ({ metadata }) => metadata.labels?.['grafana_dashboard'] === '1',
      );
      const files = dashboards.flatMap(({ data }) => Object.keys(data));
      expect(files.sort()).toEqual(['exporter.json', 'fleet.json', 'printer.json']);
      for (const { data } of dashboards) {
        // kubectl apply without --server-side copies each object into an annotation, which is limited to 256 KiB.
        for (const [name, text] of Object.entries(data)) expect(text.length, name).toBeLessThan(256 * 1024);
        for (const text of Object.values(data)) expect(JSON.parse(text)).toHaveProperty('uid');
      }
    });

    test('Prometheus finds the Service', () => {
      const service = only<Service>('Service');
      const [port] = service.spec.ports;
      const [monitor] = all('ServiceMonitor');
      const [config] = all('ScrapeConfig');
      // Exactly one of them, since with both Prometheus would read each printer twice.
      expect(Boolean(monitor)).not.toBe(Boolean(config));
      if (monitor) {
        const spec = monitor['spec'] as { selector: { matchLabels: Labels }; endpoints: { port: string }[] };
        expect(service.metadata.labels).toMatchObject(spec.selector.matchLabels);
        expect(spec.selector.matchLabels).not.toEqual({});
        expect(spec.endpoints.map((endpoint) => endpoint.port)).toEqual([port?.name]);
        // The job is named after the Service, and the alert FlashForgeExporterDown matches this prefix.
        expect(service.metadata.name).toMatch(/^flashforge/);
      }
      if (config) {
        const address = `${service.metadata.name}.${service.metadata.namespace}.svc:${port?.port}`;
        expect(valuesUnder('url', config)).toEqual([`http://${address}/sd`]);
        expect(valuesUnder('replacement', config)).toEqual([address]);
        expect(valuesUnder('jobName', config)).toEqual([expect.stringMatching(/^flashforge/)]);
      }
    });
  }

  test.skipIf(kubectl === undefined)('kubectl kustomize gives the same manifests', async () => {
    const { code, output } = await runProgram(kubectl ?? '', ['kustomize', pathOf(`${FOLDER}/${overlay}`)]);
    expect(code, output).toBe(0);
    // Remove the hashes of generated names, and decode the Secrets.
    const theirs = parseYamls<Manifest>(output.replaceAll(/(flashforge-[a-z-]+)-[a-z0-9]{10}$/gm, '$1'), overlay);
    const readable = theirs.map(({ data, ...manifest }) =>
      manifest.kind === 'Secret'
        ? { ...manifest, stringData: mapValues(data as Labels, (text) => Buffer.from(text, 'base64').toString()) }
        : { ...manifest, ...(data !== undefined && { data }) },
    );
    const byTitle = (a: Manifest, b: Manifest) => titleOf(a).localeCompare(titleOf(b));
    expect((readable as Manifest[]).sort(byTitle)).toEqual([...manifests].sort(byTitle));
  });
});

function mapValues(record: Labels, change: (value: string) => string): Labels {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

/** Debian's kubectl is too old, so a machine without a newer one skips the test, even in CI. */
function findKubectl(): string | undefined {
  const { stdout } = spawnSync('kubectl', ['version', '--client', '--output=json'], { encoding: 'utf8' });
  if (/"kustomizeVersion": "v[5-9]/.test(stdout ?? '')) return 'kubectl';
  process.stderr.write('skipped: kubectl with kustomize 5 is not installed\n');
  return undefined;
}

test("the overlay's rules are up to date", async () => {
  const { code, output } = await runProgram(process.execPath, [pathOf('scripts/generate-kubernetes.js'), '--check']);
  expect(code, output).toBe(0);
});

test("the README's example overlay replaces existing objects", () => {
  const example = /```yaml\n# my-printers[^\n]*\n([\s\S]*?)```/.exec(readText(`${FOLDER}/README.md`))?.[1] ?? '';
  interface Names {
    configMapGenerator: { name: string }[];
    secretGenerator: { name: string }[];
    namespace: string;
  }
  const mine = parse(example) as Names & { images: { name: string }[]; resources: string[] };
  const base = readYaml<Names>(`${FOLDER}/base/kustomization.yaml`);
  expect(mine.configMapGenerator.map(({ name }) => name)).toEqual(base.configMapGenerator.map(({ name }) => name));
  expect(mine.secretGenerator.map(({ name }) => name)).toEqual(base.secretGenerator.map(({ name }) => name));
  expect(mine.namespace).toBe(base.namespace);
  expect(readText(`${FOLDER}/base/deployment.yaml`)).toContain(`image: ${mine.images[0]?.name}:`);
  expect(mine.resources.map((path) => path.replace('../', ''))).toEqual([`${FOLDER}/overlays/prometheus-operator`]);
});
