// From what a scrape saw to families: every sample that there is, and none that there is not.

import { describe, expect, it } from 'vitest';
import type { PrinterView } from '../../src/fleet/view.ts';
import { PRINTER_FAMILIES } from '../../src/metrics/catalog.ts';
import { renderPage } from '../../src/metrics/exposition.ts';
import type { Snapshot } from '../../src/printer/snapshot.ts';
import { STATES } from '../../src/printer/state.ts';
import { type Page, parseExposition, samplesOf, valueIn } from '../support/exposition-parser.ts';
import { FULL_SNAPSHOT, FULL_VIEW, viewOf } from '../support/views.ts';

async function pageOf(...views: readonly PrinterView[]): Promise<Page> {
  return parseExposition((await renderPage({ printers: views }, 'text')).toString());
}

/** The series of a page without the label `printer`, which they must all have. */
async function seriesOf(view: PrinterView): Promise<Record<string, number>> {
  const page = await pageOf(view);
  return Object.fromEntries(
    [...page.families.values()].flatMap(({ samples }) =>
      samples.map(({ name, labels: { printer, ...labels }, value }) => {
        expect(printer).toBe(view.labels.printer);
        const text = Object.entries(labels).map(([key, label]) => `${key}=${label}`);
        return [[name.replace(/^flashforge_/, ''), ...text].join(' '), value];
      }),
    ),
  );
}

const JOBS_OF_NOBODY = {
  'prints_total result=completed': 0,
  'prints_total result=cancelled': 0,
  'prints_total result=failed': 0,
  'prints_total result=unknown': 0,
};

const FULL = {
  up: 1,
  'endpoint_up protocol=tcp': 0,
  'endpoint_up protocol=http': 1,
  scrape_duration_seconds: 0.25,
  'scrape_failures_total protocol=tcp code=timeout': 7,
  'scrape_failures_total protocol=http code=auth': 1,
  last_seen_timestamp_seconds: 1_700_000_000.5,
  'printer_info address=192.0.2.1 model=Adventurer 5M Pro name=Left one firmware=v3.1.3 serial=SNMOMC9900728 mac=88:A9:A7:93:86:F8': 1,
  'printer_labels_info room=attic': 1,
  'build_volume_meters axis=x': 0.22,
  'build_volume_meters axis=z': 0.22,
  ...Object.fromEntries(STATES.map((state) => [`state state=${state}`, Number(state === 'printing')])),
  'machine_status_info protocol=tcp status=BUILDING_FROM_SD': 1,
  'machine_status_info protocol=http status=printing': 1,
  'move_mode_info mode=MOVING': 1,
  'endstop endstop=x_max': 1,
  'endstop endstop=z_min': 0,
  'temperature_celsius heater=tool0': 219.5,
  'temperature_celsius heater=tool1': 24,
  'temperature_target_celsius heater=tool0': 220,
  'temperature_target_celsius heater=bed': 60,
  'position_meters axis=x': -0.0869984,
  'position_meters axis=a': 1.5,
  print_progress_ratio: 0.25,
  print_bytes: 4276,
  print_size_bytes: 4275,
  print_layer: 12,
  print_layers: 200,
  print_elapsed_seconds: 3600,
  print_remaining_seconds: 1800,
  print_start_timestamp_seconds: 1_699_996_400,
  'print_info file=Benchy V2.gx': 1,
  print_speed_ratio: 1.5,
  z_offset_meters: -0.00005,
  'fan_speed_ratio fan=cooling': 0.3,
  'fan_speed_ratio fan=chamber': 0,
  light_on: 1,
  door_open: 0,
  'filtration_on mode=internal': 1,
  'filtration_on mode=external': 0,
  tvoc_index: 3,
  'filament_estimate_meters tool=tool0': 4.5,
  'filament_estimate_grams tool=tool0': 13.25,
  'filament_estimate_grams tool=tool1': 2,
  'filament_info tool=tool0 material=PLA': 1,
  'filament_present tool=tool0': 1,
  'filament_present tool=tool1': 0,
  'nozzle_info tool=tool0 model=0.4mm': 1,
  'material_slot_info slot=1 material=PLA color=#FF0000': 1,
  'material_slot_info slot=2 material= color=#00FF00': 1,
  'material_station_info action=load step=heating': 1,
  'material_slot_loaded slot=1': 1,
  'material_slot_loaded slot=2': 1,
  'material_slot_loaded slot=3': 0,
  'material_slot_active slot=1': 1,
  'material_slot_active slot=2': 0,
  'material_slot_active slot=3': 0,
  error: 1,
  'error_info code=E0163': 1,
  disk_free_bytes: 6.5e9,
  lifetime_print_seconds_total: 654_321,
  lifetime_filament_meters_total: 1234.5,
  'prints_total result=completed': 5,
  'prints_total result=cancelled': 1,
  'prints_total result=failed': 0,
  'prints_total result=unknown': 2,
  printing_seconds_total: 98_765,
  'last_print_duration_seconds result=completed': 8040,
  'last_print_filament_meters result=completed': 3.137,
  'last_print_filament_grams result=completed': 9.35,
  'last_print_end_timestamp_seconds result=completed': 1_699_990_000,
  'last_print_end_timestamp_seconds result=unknown': 1_699_980_000,
  'last_print_info file=vase.gx result=completed': 1,
  'last_print_info file= result=unknown': 1,
};

describe('a printer that says everything', () => {
  it('has these samples', async () => {
    expect(await seriesOf(FULL_VIEW)).toEqual(FULL);
  });

  it('has a sample of every family, in the order of the catalog', async () => {
    const { families } = await pageOf(FULL_VIEW);
    expect([...families.keys()]).toEqual(PRINTER_FAMILIES.map(({ name }) => name));
  });

  it('has the labels that the catalog says', async () => {
    const { families } = await pageOf(FULL_VIEW);
    for (const { name, labels } of PRINTER_FAMILIES) {
      for (const sample of families.get(name)?.samples ?? [])
        expect([name, Object.keys(sample.labels)]).toEqual([
          name,
          [...(name === 'flashforge_printer_labels_info' ? ['room'] : labels), 'printer'],
        ]);
    }
  });
});

describe('missing is missing', () => {
  it('a printer that was read and said nothing', async () => {
    expect(await seriesOf(viewOf({}))).toEqual({
      up: 1,
      'endpoint_up protocol=tcp': 1,
      scrape_duration_seconds: 0.25,
      ...JOBS_OF_NOBODY,
    });
  });

  it('a printer that was never read', async () => {
    expect(await seriesOf(viewOf(undefined))).toEqual({
      up: 0,
      'endpoint_up protocol=tcp': 0,
      scrape_duration_seconds: 0.25,
      ...JOBS_OF_NOBODY,
    });
  });

  it('a printer that is off: what is remembered, and nothing of before', async () => {
    const { snapshot: _, progress: __, ...remembered } = FULL_VIEW;
    const kept = Object.keys(FULL).filter((key) =>
      /^(endpoint_up|scrape_|last_seen|printer_info|printer_labels_info|prints_total|printing_seconds|last_print)/.test(
        key,
      ),
    );
    const off = await seriesOf({ ...remembered, up: false });
    expect(off).toEqual({ ...Object.fromEntries(Object.entries(FULL).filter(([key]) => kept.includes(key))), up: 0 });
  });

  it('one field alone makes its own samples only', async () => {
    const alone = async (snapshot: Snapshot): Promise<readonly string[]> =>
      Object.keys(await seriesOf(viewOf(snapshot)))
        .map((series) => series.split(' ')[0] ?? '')
        .filter((name) => !['up', 'endpoint_up', 'scrape_duration_seconds', 'prints_total'].includes(name));
    expect(await alone({ heaters: new Map([['bed', { celsius: 20 }]]) })).toEqual(['temperature_celsius']);
    expect(await alone({ heaters: new Map([['bed', {}]]) })).toEqual([]);
    expect(await alone({ printBytes: 0 })).toEqual(['print_bytes']);
    expect(await alone({ lightOn: false })).toEqual(['light_on']);
    expect(await alone({ statusWords: [], materialSlots: [{ slot: '1' }], file: 'a.gx' })).toEqual([]);
  });

  it('nothing at all without printers', async () => {
    expect((await pageOf()).families.size).toBe(0);
  });
});

describe('the state', () => {
  it.each(STATES)('%s is 1 and the others 0', async (state) => {
    const page = await pageOf(viewOf({ state }));
    const states = samplesOf(page, 'flashforge_state');
    expect(states).toHaveLength(STATES.length);
    expect(states.filter(({ value }) => value === 1).map(({ labels }) => labels['state'])).toEqual([state]);
  });
});

describe('the job', () => {
  it.each([
    ['heating', 1],
    ['printing', 1],
    ['pausing', 1],
    ['paused', 1],
    ['cancelling', 1],
    ['completed', 1],
    ['ready', undefined],
    ['busy', undefined],
    ['cancelled', undefined],
    ['error', undefined],
    ['unknown', undefined],
  ] as const)('%s: print_info is %s', async (state, value) => {
    const page = await pageOf(viewOf({ state, stateProtocol: 'tcp', file: 'a.gx' }));
    expect(valueIn(page, 'flashforge_print_info', { printer: 'p', file: 'a.gx' })).toBe(value);
  });

  it('has an empty file where the printer names none', async () => {
    const page = await pageOf(viewOf({ state: 'printing', stateProtocol: 'tcp' }));
    expect(valueIn(page, 'flashforge_print_info', { printer: 'p', file: '' })).toBe(1);
  });

  it('is none while somebody warms the printer up by hand over HTTP', async () => {
    const preheat = await pageOf(viewOf({ state: 'heating', stateProtocol: 'http' }));
    expect(samplesOf(preheat, 'flashforge_print_info')).toEqual([]);
    const job = await pageOf(viewOf({ state: 'heating', stateProtocol: 'http', file: 'a.gx' }));
    expect(samplesOf(job, 'flashforge_print_info')).toHaveLength(1);
  });

  it('shows no error where the printer has the field and reports none', async () => {
    const page = await pageOf(viewOf({ errorCode: '' }));
    expect(valueIn(page, 'flashforge_error', { printer: 'p' })).toBe(0);
    expect(samplesOf(page, 'flashforge_error_info')).toEqual([]);
  });
});

describe('two printers', () => {
  it('stand side by side in each family', async () => {
    const page = await pageOf(FULL_VIEW, viewOf({ state: 'ready' }, { printer: 'other' }));
    expect(valueIn(page, 'flashforge_up', { printer: 'm5' })).toBe(1);
    expect(samplesOf(page, 'flashforge_state', { printer: 'other' })).toHaveLength(STATES.length);
    expect(samplesOf(page, 'flashforge_temperature_celsius', { printer: 'other' })).toEqual([]);
  });

  it('stay two where prom-client’s hash would make them one', async () => {
    // It joins `name:value,`: printer `a` with status `b,x:c` hashes as printer `a,status:b` …
    const page = await pageOf(
      viewOf({ state: 'ready' }, { printer: 'a,state:ready' }),
      viewOf({ state: 'busy' }, { printer: 'a' }),
      viewOf({ statusWords: [{ protocol: 'tcp', status: 'b,printer:c' }] }, { printer: 'd' }),
      viewOf({ statusWords: [{ protocol: 'tcp', status: 'b' }] }, { printer: 'c,printer:d' }),
    );
    expect(valueIn(page, 'flashforge_state', { printer: 'a,state:ready', state: 'ready' })).toBe(1);
    expect(valueIn(page, 'flashforge_state', { printer: 'a', state: 'ready' })).toBe(0);
    expect(samplesOf(page, 'flashforge_machine_status_info')).toHaveLength(2);
    expect(samplesOf(page, 'flashforge_up')).toHaveLength(4);
  });
});

describe('whatever a printer calls itself', () => {
  const EVIL = [
    'a "quoted" name',
    'back\\slash \\n \\',
    'line\nfeed\r\nand\ttab',
    '\u0000\u0007\u001b[31m\u007f\u0085',
    'replaced \ufffd\ufffd',
    '<img src=x onerror=alert(1)>',
    '{x="y"} 1\n# TYPE flashforge_up counter',
    '# EOF',
    '🖨️ 打印机 принтер',
    ' ',
    '',
  ];

  it.each(EVIL)('%j stays what it is', async (text) => {
    const view = viewOf(
      {
        ...FULL_SNAPSHOT,
        file: text,
        moveMode: text,
        errorCode: 'E1',
        statusWords: [{ protocol: 'tcp', status: text }],
        filaments: new Map([[text, text]]),
      },
      { printer: text, address: text, identity: { model: text, name: text, firmware: text, serial: text, mac: text } },
    );
    for (const format of ['text', 'openmetrics'] as const) {
      const page = parseExposition((await renderPage({ printers: [view] }, format)).toString(), format);
      expect(valueIn(page, 'flashforge_print_info', { printer: text, file: text })).toBe(1);
      expect(valueIn(page, 'flashforge_move_mode_info', { printer: text, mode: text })).toBe(1);
      expect(valueIn(page, 'flashforge_filament_info', { printer: text, tool: text, material: text })).toBe(1);
      expect(samplesOf(page, 'flashforge_printer_info')[0]?.labels).toEqual({
        printer: text,
        address: text,
        model: text,
        name: text,
        firmware: text,
        serial: text,
        mac: text,
      });
    }
  });

  it('is cut at 256 characters, never inside one', async () => {
    const long = 'x'.repeat(300);
    const page = await pageOf(viewOf({ moveMode: long, file: `${'x'.repeat(255)}🖨`, state: 'printing' }));
    expect(samplesOf(page, 'flashforge_move_mode_info')[0]?.labels['mode']).toBe('x'.repeat(256));
    expect(samplesOf(page, 'flashforge_print_info')[0]?.labels['file']).toBe('x'.repeat(255));
  });
});
