// The examples of docs/recipes.md: YAML that parses, keys that the JSON API has, queries and configurations that promtool accepts.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startSimulatedPrinter } from '../../src/simulator/printer.ts';
import { startCli } from '../cli/run.ts';
import { readText } from '../deploy/files.ts';
import { requireProgram, runProgram } from '../support/programs.ts';

const TEXT = readText('docs/recipes.md');

function blocks(language: string): string[] {
  return [...TEXT.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, block = '']) => block,
  );
}

function yamlWith(key: string): string {
  const found = blocks('yaml').filter((block) => block.startsWith(`${key}:`));
  expect(found.length).toBeGreaterThan(0);
  return found.join('\n---\n');
}

interface RestSensor {
  readonly value_template: string;
}
interface RestResource {
  readonly resource: string;
  readonly params?: { readonly query: string };
  readonly sensor: readonly RestSensor[];
}

const REST: readonly RestResource[] = yamlWith('rest')
  .split('\n---\n')
  .flatMap((block) => (parse(block) as { rest: RestResource[] }).rest);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recipes-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('every YAML block parses', () => {
  for (const block of blocks('yaml')) expect(parse(block)).toBeTypeOf('object');
});

it('Home Assistant finds the keys that its templates name', async () => {
  const finder = await startSimulatedPrinter({ model: 'finder' });
  await using cli = startCli(['--web.listen-address=127.0.0.1:0', `finder=127.0.0.1:${finder.tcpPort}`]);
  try {
    const [, url = ''] = await cli.see('err', /msg=listening url=(\S+)/);
    const resources = REST.filter(({ params }) => params === undefined);
    expect(resources.map(({ resource }) => new URL(resource).pathname)).toEqual([
      '/finder/progress',
      '/finder/temp',
      '/finder/status',
    ]);
    for (const { resource, sensor } of resources) {
      const json: unknown = await (await fetch(`${url}${new URL(resource).pathname}`)).json();
      for (const { value_template: template } of sensor) {
        const [, key = ''] = /value_json\.(\w+)/.exec(template) ?? [];
        expect(json).toHaveProperty(key);
        expect(json).not.toHaveProperty(key, null);
      }
    }
  } finally {
    await cli.stop();
    await finder.close();
  }
});

const promtool = requireProgram('promtool');
describe.skipIf(promtool === undefined)('promtool accepts', () => {
  const check = async (...args: readonly string[]): Promise<void> => {
    const { code, output } = await runProgram(promtool ?? '', args);
    expect(code, output).toBe(0);
  };

  it('the scrape and remote write configurations', async () => {
    const token = join(folder, 'token');
    await writeFile(token, 'secret');
    for (const key of ['scrape_configs', 'remote_write']) {
      const file = join(folder, `${key}.yml`);
      await writeFile(file, yamlWith(key).replace(/\/etc\/prometheus\/\S+/g, token));
      await check('check', 'config', file);
    }
  });

  it('the energy rules, whose sums are the kWh of the last hour', async () => {
    const rules = join(folder, 'energy.yml');
    await writeFile(rules, yamlWith('groups'));
    const queries = (blocks('promql')[0] ?? '').split(/^#.*$/m).flatMap((query) => query.trim() || []);
    expect(queries).toHaveLength(4);
    // Five minutes at 120 W, printing, and five at 60 W: 0.010 and 0.005 kWh.
    const [all, cost, printing, each] = queries.map((query) => query.replaceAll(/\[(?:1d|30d)\]/g, '[10m]'));
    const test = {
      rule_files: [rules],
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          input_series: [
            { series: 'hass_sensor_power_w{printer="finder",entity="sensor.finder_plug_power"}', values: '120x4 60x5' },
            { series: 'hass_sensor_power_w{entity="sensor.washer"}', values: '2000x9' },
            { series: 'flashforge_state{printer="finder",state="printing",job="a"}', values: '1x4 0x5' },
            { series: 'flashforge_state{printer="finder",state="printing",job="b"}', values: '1x4 0x5' },
            { series: 'flashforge_state{printer="finder",state="ready",job="a"}', values: '0x4 1x5' },
            { series: 'flashforge_prints_total{printer="finder",result="completed"}', values: '0x4 2x5' },
          ],
          promql_expr_test: [
            { expr: all, eval_time: '9m', exp_samples: [{ labels: '{printer="finder"}', value: 0.015 }] },
            {
              expr: `round(${cost}, 0.0001)`,
              eval_time: '9m',
              exp_samples: [{ labels: '{printer="finder"}', value: 0.0045 }],
            },
            { expr: printing, eval_time: '9m', exp_samples: [{ labels: '{printer="finder"}', value: 0.01 }] },
            {
              expr: `round(${each}, 0.001)`,
              eval_time: '9m',
              exp_samples: [{ labels: '{printer="finder"}', value: 0.005 }],
            },
          ],
        },
      ],
    };
    const file = join(folder, 'test.yml');
    await writeFile(file, JSON.stringify(test));
    await check('test', 'rules', file);
  });

  it('the queries of the Home Assistant sensors', async () => {
    for (const { params } of REST) {
      if (params === undefined) continue;
      const rules = join(folder, 'query.yml');
      await writeFile(rules, JSON.stringify({ groups: [{ name: 'q', rules: [{ record: 'q', expr: params.query }] }] }));
      await check('check', 'rules', rules);
    }
  });
});
