// The compose stack: mounted files exist, names resolve to services, and configurations are valid.
import { cp, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loopbackAddress } from '../../src/cli/simulate.ts';
import { temporaryFolder } from '../support/for-test.ts';
import { requireProgram, runProgram } from '../support/programs.ts';
import { COMPOSE, findMounted, mountsOf, OVERRIDE, readCompose, type Service, variablesOf } from './compose.ts';
import { checkArguments, pathOf, readPackage, readText, readYaml } from './files.ts';

const compose = readCompose(COMPOSE);
const services = Object.entries(compose.services);

function service(name: string): Service {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`${COMPOSE} has no service ${name}`);
  return found;
}

/** The port each service listens on, from its image or its command. */
const PORTS: Readonly<Record<string, number>> = {
  exporter: 10899,
  demo: 10899,
  prometheus: 9090,
  alertmanager: 9093,
  'demo-alertmanager': 9093,
  'demo-notices': 8080,
  grafana: 3000,
};
/** Checks that an address (`http://prometheus:9090/…` or `prometheus:9090`) is a service and its port. */
function expectService(address: string): void {
  const { hostname, port } = new URL(address.includes('://') ? address : `http://${address}`);
  expect(compose.services, address).toHaveProperty([hostname]);
  expect(Number(port), address).toBe(PORTS[hostname]);
}

/** Copies everything mounted below a container's folder into a temporary folder. */
async function copyMounts(folder: string, mounted: Service): Promise<string> {
  const copy = await temporaryFolder();
  for (const { source, target, isVolume } of mountsOf(mounted)) {
    if (isVolume || !`${target}/`.startsWith(`${folder}/`)) continue;
    const path = join(copy, target.slice(folder.length));
    await mkdir(dirname(path), { recursive: true });
    await cp(source, path, { recursive: true });
  }
  return copy;
}

describe.each(services)('service %s', (_, one) => {
  test('mounts files and volumes that exist', async () => {
    for (const { source, isVolume, isReadOnly } of mountsOf(one)) {
      if (isVolume) {
        expect(compose.volumes).toHaveProperty([source]);
      } else {
        expect((await stat(source)).isFile() || (await readdir(source)).length > 0, source).toBe(true);
        expect(isReadOnly, source).toBe(true);
      }
    }
    for (const secret of one.secrets ?? []) expect(compose.secrets).toHaveProperty([secret]);
  });

  test('pins the version of its image', () => {
    expect(one.image).toMatch(/^[a-z./-]+:v?\d+\.\d+\.\d+$/);
  });

  test('runs without privileges and publishes ports on localhost only', () => {
    expect(one).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    for (const port of one.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
  });

  test('depends on services of the same profile', () => {
    const [, sharer] = /^service:(.*)$/.exec(one.network_mode ?? '') ?? [];
    for (const other of [...(one.depends_on ?? []), ...(sharer === undefined ? [] : [sharer])]) {
      expect(service(other).profiles ?? one.profiles).toEqual(one.profiles);
    }
  });
});

test('every exporter is built here, in the version of this package', () => {
  const ours = services.filter(([, { build }]) => build !== undefined);
  expect(ours.length).toBeGreaterThan(1);
  for (const [, { image, build, pull_policy }] of ours) {
    expect(image?.split(':')[1]).toBe(readPackage().version);
    expect(join(dirname(pathOf(COMPOSE)), build?.context ?? '')).toBe(pathOf('.').replace(/\/$/, ''));
    expect(pull_policy).toBe('build');
  }
});

test('secrets are files of one line', async () => {
  for (const { file } of Object.values(compose.secrets)) {
    expect(readText(join('deploy', file))).toMatch(/^\S+\n$/);
  }
});

test('the comment at the top explains every variable', () => {
  const [head = ''] = readText(COMPOSE).split('\nname:');
  for (const variable of variablesOf(COMPOSE)) expect(head).toMatch(new RegExp(`^#   ${variable} `, 'm'));
});

test.each(['exporter', 'demo'])('the arguments and the printers of %s are valid', async (name) => {
  const { command = [] } = service(name);
  const inside = command.find((word) => word.startsWith('--config.file='))?.replace('--config.file=', '') ?? '';
  const outside = findMounted(service(name), inside) ?? '';
  expect(await checkArguments(command, outside)).toMatchObject({ code: 0, err: '' });
});

test('the example check code is a secret of the exporter', () => {
  const [, secret] = /check_code_file: \/run\/secrets\/(\S+)/.exec(readText('deploy/printers.yml')) ?? [];
  expect(service('exporter').secrets).toContain(secret);
});

test('the demo reads every simulated printer at its address', () => {
  const simulated = services
    .filter(([, { command }]) => command?.[0] === 'simulate')
    .flatMap(([, { command = [], network_mode }]) => {
      expect(network_mode).toBe('service:demo');
      const value = (flag: string) => command.find((word) => word.startsWith(`--${flag}=`))?.split('=')[1];
      const count = Number(value('count') ?? 1);
      return Array.from({ length: count }, (_, index) => `${loopbackAddress(index)}:${value('port')}`);
    });
  const { printers } = readYaml<{ printers: { address: string }[] }>('deploy/demo/printers.yml');
  expect(printers.map(({ address }) => address).sort()).toEqual(simulated.sort());
});

describe('Prometheus', () => {
  const prometheus = service('prometheus');
  const file = (name: string) => findMounted(prometheus, `/etc/prometheus/${name}`);
  const config = readYaml<{
    rule_files: string[];
    alerting: { alertmanagers: Discovery[] };
    scrape_configs: (Discovery & { job_name: string; file_sd_configs?: { files: string[] }[] })[];
  }>('deploy/compose/prometheus.yml');
  interface Discovery {
    static_configs?: { targets: string[] }[];
    dns_sd_configs?: { names: string[]; port: number }[];
  }

  test('finds its rule file and its target file', () => {
    const named = [...config.rule_files, ...config.scrape_configs.flatMap((job) => job.file_sd_configs ?? [])].flatMap(
      (entry) => (typeof entry === 'string' ? entry : entry.files),
    );
    expect(named.map(file)).toEqual([pathOf('alerts/flashforge.rules.yml'), pathOf('deploy/compose/exporter.yml')]);
  });

  test('has services as targets and Alertmanagers, in jobs that the rules match', () => {
    for (const { job_name } of config.scrape_configs) expect(job_name).toMatch(/^flashforge/);
    const groups = [...config.scrape_configs, ...config.alerting.alertmanagers];
    for (const { static_configs = [], dns_sd_configs = [] } of groups) {
      for (const address of static_configs.flatMap(({ targets }) => targets)) expectService(address);
      for (const { names, port } of dns_sd_configs) for (const name of names) expectService(`${name}:${port}`);
    }
    const [group] = readYaml<{ targets: string[] }[]>('deploy/compose/exporter.yml');
    expect(group?.targets).toEqual(['exporter:10899']);
  });

  const promtool = requireProgram('promtool');
  test.skipIf(promtool === undefined)('passes promtool check config', async () => {
    const folder = await copyMounts('/etc/prometheus', prometheus);
    const { code, output } = await runProgram(promtool ?? '', ['check', 'config', join(folder, 'prometheus.yml')]);
    expect(code, output).toBe(0);
  });
});

describe('Alertmanager', () => {
  interface Config {
    route: unknown;
    inhibit_rules: unknown;
    templates?: string[];
    receivers: { webhook_configs: { url: string }[] }[];
  }
  const configs = ['deploy/alertmanager.yml', 'deploy/alertmanager/ntfy.yml', 'deploy/alertmanager/email.yml'];

  test.each(configs)('has the templates of %s', (name) => {
    for (const template of readYaml<Config>(name).templates ?? []) {
      expect(findMounted(service('alertmanager'), `/etc/alertmanager/${template}`)).toBe(
        pathOf(`deploy/alertmanager/${template}`),
      );
    }
  });

  test('reads secrets from where they are mounted', () => {
    for (const name of configs) {
      const paths = readText(name).match(/\/etc\/alertmanager\/\S+/g) ?? [];
      for (const path of paths) expect(findMounted(service('alertmanager'), path)).toBeDefined();
    }
  });

  test('routes the demo like the real configuration, to the program that prints notifications', () => {
    const demo = readYaml<Config>('deploy/demo/alertmanager.yml');
    const real = readYaml<Config>('deploy/alertmanager.yml');
    expect([demo.route, demo.inhibit_rules]).toEqual([real.route, real.inhibit_rules]);
    for (const { webhook_configs } of demo.receivers) for (const { url } of webhook_configs) expectService(url);
  });

  const amtool = requireProgram('amtool');
  test.skipIf(amtool === undefined).each(['alertmanager', 'demo-alertmanager'])(
    'passes amtool check-config for %s',
    async (name) => {
      const folder = await copyMounts('/etc/alertmanager', service(name));
      const path = join(folder, 'alertmanager.yml');
      const { code, output } = await runProgram(amtool ?? '', ['check-config', path]);
      expect(code, output).toBe(0);
    },
  );
});

describe('Grafana', () => {
  const grafana = service('grafana');
  const provisioning = (path: string) => findMounted(grafana, `/etc/grafana/provisioning/${path}`) ?? '';

  test('has services as datasources', async () => {
    const [file = ''] = await readdir(provisioning('datasources'));
    const { datasources } = readYaml<{ datasources: { url: string; type: string }[] }>(
      `deploy/grafana/provisioning/datasources/${file}`,
    );
    expect(datasources.map(({ type }) => type)).toEqual(['prometheus', 'alertmanager']);
    for (const { url } of datasources) expectService(url);
  });

  // Grafana loads every .json below that folder as a dashboard.
  test('finds only the dashboards, and has one of them as its home', async () => {
    const [file = ''] = await readdir(provisioning('dashboards'));
    const { providers } = readYaml<{ providers: { options: { path: string } }[] }>(
      `deploy/grafana/provisioning/dashboards/${file}`,
    );
    const paths = providers.map(({ options }) => options.path);
    expect(paths).toHaveLength(1);
    const found = await readdir(await copyMounts(paths[0] ?? '', grafana), { recursive: true });
    expect(found.toSorted()).toEqual(['exporter.json', 'fleet.json', 'printer.json']);
    const home = findMounted(grafana, grafana.environment?.['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'] ?? '') ?? '';
    expect(JSON.parse(readText(`dashboards/${basename(home)}`))).toHaveProperty('panels');
  });

  test('reads its password from a secret', () => {
    const [, secret = ''] =
      /^\/run\/secrets\/(.*)$/.exec(grafana.environment?.['GF_SECURITY_ADMIN_PASSWORD__FILE'] ?? '') ?? [];
    expect(grafana.secrets).toContain(secret);
  });
});

describe('the host network override', () => {
  const override = readCompose(OVERRIDE);

  test('changes existing services and replaces existing mounts', async () => {
    for (const [name, changed] of Object.entries(override.services)) {
      for (const { source, target } of mountsOf(changed)) {
        await stat(source);
        expect(mountsOf(service(name)).map((mount) => mount.target)).toContain(target);
      }
    }
  });

  test('adds discovery to the flags of the exporter', async () => {
    const { command = [], ports, network_mode } = override.services['exporter'] ?? {};
    expect({ ports, network_mode }).toEqual({ ports: [], network_mode: 'host' });
    expect(command).toEqual([...(service('exporter').command ?? []), '--discovery.interval=5m']);
    expect(await checkArguments(command, pathOf('deploy/printers.yml'))).toMatchObject({ code: 0, err: '' });
  });

  test("gives Prometheus the host name of the exporter's target", () => {
    const [group] = readYaml<{ targets: string[] }[]>('deploy/compose/exporter-on-host.yml');
    const { extra_hosts } = override.services['prometheus'] as { extra_hosts?: string[] };
    expect(group?.targets.map((target) => `${target.replace(/:10899$/, '')}:host-gateway`)).toEqual(extra_hosts);
  });
});

// Debian's Python version, which needs no Docker engine. Newer versions are Docker plugins, which our test machines lack.
const dockerCompose = requireProgram('docker-compose');
test.skipIf(dockerCompose === undefined)('the file passes docker-compose config', async () => {
  const folder = await temporaryFolder();
  for (const name of ['deploy', 'alerts', 'dashboards'])
    await cp(pathOf(name), join(folder, name), { recursive: true });
  // This version does not know the key `name`.
  const path = join(folder, COMPOSE);
  await writeFile(path, readText(COMPOSE).replace(/^name: .*$/m, ''));
  const { code, output } = await runProgram(dockerCompose ?? '', ['-f', path, '--profile', 'demo', 'config', '-q']);
  expect(code, output).toBe(0);
});
