// deploy/compose.yml as plain data.
import { dirname, join } from 'node:path';
import { pathOf, readText, readYaml } from './files.ts';

export const COMPOSE = 'deploy/compose.yml';
export const OVERRIDE = 'deploy/compose.host-network.yml';

export interface Service {
  image?: string;
  pull_policy?: string;
  build?: { context: string };
  command?: string[];
  entrypoint?: string[];
  ports?: string[];
  volumes?: string[];
  secrets?: string[];
  profiles?: string[];
  depends_on?: string[];
  network_mode?: string;
  environment?: Record<string, string>;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
}

export interface Compose {
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
  volumes: Record<string, null>;
}

/** Replaces every `${NAME:-default}` by its default. */
export const withDefaults = (text: string) => text.replace(/\$\{(\w+):-([^}]*)\}/g, '$2');

export function readCompose(name: string): Compose {
  return JSON.parse(withDefaults(JSON.stringify(readYaml<Compose>(name)))) as Compose;
}

export interface Mount {
  /** A path on this machine, or the name of a volume. */
  source: string;
  target: string;
  isVolume: boolean;
  isReadOnly: boolean;
}

export function mountsOf({ volumes = [] }: Service): Mount[] {
  return volumes.map((volume) => {
    const [source = '', target = '', mode] = volume.split(':');
    const isVolume = !/^[./]/.test(source);
    return {
      source: isVolume ? source : join(dirname(pathOf(COMPOSE)), source),
      target,
      isVolume,
      isReadOnly: mode === 'ro',
    };
  });
}

/** The path on this machine of a path in a service's container; undefined if nothing is mounted there. */
export function findMounted(service: Service, path: string): string | undefined {
  for (const { source, target, isVolume } of mountsOf(service)) {
    if (!isVolume && path === target) return source;
    if (!isVolume && path.startsWith(`${target}/`)) return join(source, path.slice(target.length));
  }
  return undefined;
}

/** The name of every `${NAME…}` in a file. */
export const variablesOf = (name: string) =>
  [...readText(name).matchAll(/\$\{(\w+)/g)].map(([, variable]) => variable ?? '');
