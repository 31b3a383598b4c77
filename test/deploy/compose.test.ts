// The compose stack: every file that it mounts exists, every name that it says leads somewhere, every configuration is valid.
import { cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loopbackAddress } from '../../src/cli/simulate.ts';
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

/** Which port a service listens on, as its image or its command says. */
const PORTS: Readonly<Record<string, number>> = {
  exporter: 10899,
  demo: 10899,
  prometheus: 9090,
  alertmanager: 9093,
  'demo-alertmanager': 9093,
  'demo-notices': 8080,
  grafana: 3000,
};
/** `http://prometheus:9090/…` and `prometheus:9090` alike. */
function expectService(address: string): void {
  const { hostname, port } = new URL(address.includes('://') ? address : `http://${address}`);
  expect(compose.services, address).toHaveProperty([hostname]);
  expect(Number(port), address).toBe(PORTS[hostname]);
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'flashforge-compose-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The folder of a container, made from what is mounted there. */
async function assemble(folder: string, mounted: Service): Promise<string> {
  const here = await temporaryFolder();
  for (const { source, target, isVolume } of mountsOf(mounted)) {
    if (isVolume || !`${target}/`.startsWith(`${folder}/`)) continue;
    const path = join(here, target.slice(folder.length));
    await mkdir(dirname(path), { recursive: true });
    await cp(source, path, { recursive: true });
  }
  return here;
}

describe.each(services)('service %s', (_, one) => {
  test('mounts what exists', async () => {
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

  test('has an image of one version', () => {
    expect(one.image).toMatch(/^[a-z./-]+:v?\d+\.\d+\.\d+$/);
  });

  test('has no right that it does not need', () => {
    expect(one).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    for (const port of one.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
  });

  test('names services that exist, and start with it', () => {
    const [, sharer] = /^service:(.*)$/.exec(one.network_mode ?? '') ?? [];
    for (const other of [...(one.depends_on ?? []), ...(sharer === undefined ? [] : [sharer])]) {
      expect(service(other).profiles ?? one.profiles).toEqual(one.profiles);
    }
  });
});

test('every exporter is the version of this package, built here', () => {
  const ours = services.filter(([, { build }]) => build !== undefined);
  expect(ours.length).toBeGreaterThan(1);
  for (const [, { image, build, pull_policy }] of ours) {
    expect(image?.split(':')[1]).toBe(readPackage().version);
    expect(join(dirname(pathOf(COMPOSE)), build?.context ?? '')).toBe(pathOf('.').replace(/\/$/, ''));
    expect(pull_policy).toBe('build');
  }
});

test('secrets are files, with one line each', async () => {
  for (const { file } of Object.values(compose.secrets)) {
    expect(readText(join('deploy', file))).toMatch(/^\S+\n$/);
  }
});

test('the head of the file explains every variable', () => {
  const [head = ''] = readText(COMPOSE).split('\nname:');
  for (const variable of variablesOf(COMPOSE)) expect(head).toMatch(new RegExp(`^#   ${variable} `, 'm'));
});

test.each(['exporter', 'demo'])('the arguments of %s are understood, and its printers too', async (name) => {
  const { command = [] } = service(name);
  const inside = command.find((word) => word.startsWith('--config.file='))?.replace('--config.file=', '') ?? '';
  const outside = findMounted(service(name), inside) ?? '';
  expect(await checkArguments(command, outside)).toMatchObject({ code: 0, err: '' });
});

test('the example of a check code names a secret that the exporter has', () => {
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

  test('finds its rules and the file of its targets', () => {
    const named = [...config.rule_files, ...config.scrape_configs.flatMap((job) => job.file_sd_configs ?? [])].flatMap(
      (entry) => (typeof entry === 'string' ? entry : entry.files),
    );
    expect(named.map(file)).toEqual([pathOf('alerts/flashforge.rules.yml'), pathOf('deploy/compose/exporter.yml')]);
  });

  test('scrapes services, under names that the rules know, and tells services', () => {
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
  test.skipIf(promtool === undefined)('promtool finds nothing wrong', async () => {
    const folder = await assemble('/etc/prometheus', prometheus);
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
  const ways = ['deploy/alertmanager.yml', 'deploy/alertmanager/ntfy.yml', 'deploy/alertmanager/email.yml'];

  test.each(ways)('has the templates of %s', (name) => {
    for (const template of readYaml<Config>(name).templates ?? []) {
      expect(findMounted(service('alertmanager'), `/etc/alertmanager/${template}`)).toBe(
        pathOf(`deploy/alertmanager/${template}`),
      );
    }
  });

  test('looks for secrets where they are mounted', () => {
    for (const name of ways) {
      const paths = readText(name).match(/\/etc\/alertmanager\/\S+/g) ?? [];
      for (const path of paths) expect(findMounted(service('alertmanager'), path)).toBeDefined();
    }
  });

  test('routes the demo as everything else, to the program that prints', () => {
    const demo = readYaml<Config>('deploy/demo/alertmanager.yml');
    const real = readYaml<Config>('deploy/alertmanager.yml');
    expect([demo.route, demo.inhibit_rules]).toEqual([real.route, real.inhibit_rules]);
    for (const { webhook_configs } of demo.receivers) for (const { url } of webhook_configs) expectService(url);
  });

  const amtool = requireProgram('amtool');
  test.skipIf(amtool === undefined).each(['alertmanager', 'demo-alertmanager'])(
    'amtool finds nothing wrong with %s',
    async (name) => {
      const folder = await assemble('/etc/alertmanager', service(name));
      const path = join(folder, 'alertmanager.yml');
      const { code, output } = await runProgram(amtool ?? '', ['check-config', path]);
      expect(code, output).toBe(0);
    },
  );
});

describe('Grafana', () => {
  const grafana = service('grafana');
  const provisioning = (path: string) => findMounted(grafana, `/etc/grafana/provisioning/${path}`) ?? '';

  test('has datasources that are services', async () => {
    const [file = ''] = await readdir(provisioning('datasources'));
    const { datasources } = readYaml<{ datasources: { url: string; type: string }[] }>(
      `deploy/grafana/provisioning/datasources/${file}`,
    );
    expect(datasources.map(({ type }) => type)).toEqual(['prometheus', 'alertmanager']);
    for (const { url } of datasources) expectService(url);
  });

  // It takes every .json below that folder for a dashboard, in folders too.
  test('finds the dashboards and no other file, one of them as its home', async () => {
    const [file = ''] = await readdir(provisioning('dashboards'));
    const { providers } = readYaml<{ providers: { options: { path: string } }[] }>(
      `deploy/grafana/provisioning/dashboards/${file}`,
    );
    const paths = providers.map(({ options }) => options.path);
    expect(paths).toHaveLength(1);
    const found = await readdir(await assemble(paths[0] ?? '', grafana), { recursive: true });
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

describe('on the network of the host', () => {
  const override = readCompose(OVERRIDE);

  test('changes services that exist, and mounts over what they have', async () => {
    for (const [name, changed] of Object.entries(override.services)) {
      for (const { source, target } of mountsOf(changed)) {
        await stat(source);
        expect(mountsOf(service(name)).map((mount) => mount.target)).toContain(target);
      }
    }
  });

  test('the exporter searches, and does everything that it did', async () => {
    const { command = [], ports, network_mode } = override.services['exporter'] ?? {};
    expect({ ports, network_mode }).toEqual({ ports: [], network_mode: 'host' });
    expect(command).toEqual([...(service('exporter').command ?? []), '--discovery.interval=5m']);
    expect(await checkArguments(command, pathOf('deploy/printers.yml'))).toMatchObject({ code: 0, err: '' });
  });

  test('Prometheus knows the name under which it asks for it', () => {
    const [group] = readYaml<{ targets: string[] }[]>('deploy/compose/exporter-on-host.yml');
    const { extra_hosts } = override.services['prometheus'] as { extra_hosts?: string[] };
    expect(group?.targets.map((target) => `${target.replace(/:10899$/, '')}:host-gateway`)).toEqual(extra_hosts);
  });
});

// The Python one of Debian: newer ones are plugins of Docker, which the machines of our tests have not. It needs no engine.
const dockerCompose = requireProgram('docker-compose');
test.skipIf(dockerCompose === undefined)('docker-compose understands it', async () => {
  const folder = await temporaryFolder();
  for (const name of ['deploy', 'alerts', 'dashboards'])
    await cp(pathOf(name), join(folder, name), { recursive: true });
  // It is older than the key `name`.
  const path = join(folder, COMPOSE);
  await writeFile(path, readText(COMPOSE).replace(/^name: .*$/m, ''));
  const { code, output } = await runProgram(dockerCompose ?? '', ['-f', path, '--profile', 'demo', 'config', '-q']);
  expect(code, output).toBe(0);
});
