// The parts of kustomize that deploy/kubernetes uses: resources, generators, labels, namespace, and delete patches.
// Generated names have no hash. Anything else in a kustomization is an error.
import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathOf, readText, readYaml, readYamls } from './files.ts';

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  [key: string]: unknown;
}

interface Generator {
  name: string;
  files?: string[];
  envs?: string[];
}

interface Kustomization {
  apiVersion: string;
  kind: string;
  namespace?: string;
  resources?: string[];
  labels?: { pairs: Record<string, string> }[];
  generatorOptions?: {
    disableNameSuffixHash?: boolean;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  configMapGenerator?: Generator[];
  secretGenerator?: Generator[];
  patches?: { patch: string }[];
}

const KNOWN_KEYS: ReadonlySet<string> = new Set([
  'apiVersion',
  'kind',
  'namespace',
  'resources',
  'labels',
  'generatorOptions',
  'configMapGenerator',
  'secretGenerator',
  'patches',
]);
/** Kinds without a namespace. */
const CLUSTER_WIDE: ReadonlySet<string> = new Set(['Namespace']);

function generatedData(folder: string, { files = [], envs = [] }: Generator): Record<string, string> {
  const lines = envs.flatMap((name) => readText(join(folder, name)).split('\n'));
  return Object.fromEntries([
    ...files.map((name) => [basename(name), readText(join(folder, name))]),
    ...lines.filter((line) => /^[^#].*=/.test(line)).map((line) => line.split(/=(.*)/, 2)),
  ]);
}

/** The manifests of a folder with a kustomization.yaml. @param folder relative to the project */
export function buildKustomization(folder: string): Manifest[] {
  const text = readYaml<Kustomization>(join(folder, 'kustomization.yaml'));
  const unknown = Object.keys(text).filter((key) => !KNOWN_KEYS.has(key));
  if (unknown.length > 0) throw new Error(`${folder}: unsupported keys: ${unknown.join(', ')}`);
  const { namespace, resources = [], labels = [], patches = [] } = text;
  const { disableNameSuffixHash: _, ...generatedMetadata } = text.generatorOptions ?? {};

  let manifests = resources.flatMap((name) => {
    const path = join(folder, name);
    if (!existsSync(pathOf(path))) throw new Error(`${folder}: there is no ${name}`);
    return statSync(pathOf(path)).isDirectory() ? buildKustomization(path) : readYamls<Manifest>(path);
  });
  const generated = (kind: string, generators: Generator[] = [], field: string): Manifest[] =>
    generators.map((generator) => ({
      apiVersion: 'v1',
      kind,
      metadata: { name: generator.name, ...generatedMetadata },
      ...(kind === 'Secret' && { type: 'Opaque' }),
      [field]: generatedData(folder, generator),
    }));
  manifests.push(...generated('ConfigMap', text.configMapGenerator, 'data'));
  manifests.push(...generated('Secret', text.secretGenerator, 'stringData'));

  for (const { patch } of patches) {
    if (!patch.startsWith('$patch: delete\n')) throw new Error(`${folder}: only "$patch: delete" is supported`);
    const kind = /^kind: (.*)$/m.exec(patch)?.[1];
    const name = /^ +name: (.*)$/m.exec(patch)?.[1];
    const remaining = manifests.filter((manifest) => manifest.kind !== kind || manifest.metadata.name !== name);
    if (remaining.length !== manifests.length - 1) throw new Error(`${folder}: there is no ${kind} ${name} to delete`);
    manifests = remaining;
  }
  const pairs = Object.assign({}, ...labels.map((label) => label.pairs)) as Record<string, string>;
  return manifests.map((manifest) => ({
    ...manifest,
    metadata: {
      ...manifest.metadata,
      ...(namespace !== undefined && !CLUSTER_WIDE.has(manifest.kind) && { namespace }),
      ...((manifest.metadata.labels || labels.length > 0) && { labels: { ...manifest.metadata.labels, ...pairs } }),
    },
  }));
}
