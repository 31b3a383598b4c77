// The page of one printer: every value of its snapshot with units, its endpoints, its prints, and where it links to.

import { describe, expect, it } from 'vitest';
import { PRINTER_FAMILIES } from '../../../src/metrics/catalog.ts';
import { DOCUMENTS } from '../../../src/web/api/documents.ts';
import { segmentOf } from '../../../src/web/pages/links.ts';
import { configNamed } from '../../support/fleet.ts';
import { FULL_SNAPSHOT, FULL_VIEW } from '../../support/views.ts';
import { failed, NO_TOTALS, printerPageOf, readable, statusOf } from './rendered.ts';

const { labels, address, ...rest } = FULL_VIEW;
const full = statusOf(FULL_SNAPSHOT, { ...rest, labels, address });

describe('the page of a printer', () => {
  const text = readable(printerPageOf(full));

  it.each([
    ['Build volume flashforge_build_volume_meters x 220 mm z 220 mm'],
    ['Temperature flashforge_temperature_celsius tool0 219.5 °C tool1 24 °C'],
    ['Temperature target flashforge_temperature_target_celsius tool0 220 °C bed 60 °C'],
    ['Position flashforge_position_meters x -87 mm a 1500 mm'],
    ['Print progress flashforge_print_progress_ratio 25 %'],
    ['Bytes printed flashforge_print_bytes 4.28 kB'],
    ['Print elapsed flashforge_print_elapsed_seconds 1 h 00 min'],
    ['File flashforge_print_info Benchy V2.gx'],
    ['Print speed flashforge_print_speed_ratio 150 %'],
    ['Z offset flashforge_z_offset_meters -0.05 mm'],
    ['Fan speed flashforge_fan_speed_ratio cooling 30 % chamber 0 %'],
    ['Light on flashforge_light_on yes'],
    ['Door open flashforge_door_open no'],
    ['Filament estimate flashforge_filament_estimate_meters tool0 4.5 m'],
    ['Filament estimate flashforge_filament_estimate_grams tool0 13.3 g tool1 2 g'],
    ['Machine status flashforge_machine_status_info tcp BUILDING_FROM_SD http printing'],
    ['Disk free flashforge_disk_free_bytes 6.5 GB'],
    ['Lifetime filament flashforge_lifetime_filament_meters_total 1234.5 m'],
    ['serial SNMOMC9900728'],
  ])('has %s', (value) => {
    expect(text).toContain(value);
  });

  it('has every metric of the printer, or says the same in words of its own', () => {
    const elsewhere = /_(up|failures_total|state|prints_total|labels_info)$|_last_print_/;
    const missing = PRINTER_FAMILIES.filter(({ name }) => !elsewhere.test(name) && !text.includes(name));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  it('has the endpoints with their failures and what to do', () => {
    const endpoints = [
      failed('tcp', 'timeout', 'M119: no whole reply within 5000 ms, 0 bytes came', { detail: 'mute' }),
    ];
    const page = readable(
      printerPageOf(statusOf(undefined, { ...rest, labels, address, endpoints, up: false, snapshot: undefined })),
    );
    expect(page).toContain(
      'TCP 192.0.2.1:8899 The printer accepts the connection and says nothing timeout Close other clients and restart the ' +
        'printer: it says nothing even after a login. M119: no whole reply within 5000 ms, 0 bytes came Failed reads since the exporter started: 7 × timeout',
    );
  });

  it('has the commands that fail, and the static labels', () => {
    const failingCommands = [{ command: 'M27' as const, failures: 2, reason: 'no whole reply within 5000 ms' }];
    const page = printerPageOf(statusOf({ state: 'ready' }, { failingCommands, staticLabels: { room: 'attic' } }));
    expect(readable(page)).toContain('M27 fails: no whole reply within 5000 ms');
    expect(readable(page)).toContain('Labels room attic');
  });

  it('has the last prints', () => {
    expect(text).toMatch(
      /Last prints completed vase\.gx 2023-11-14 \d\d:\d\d UTC, \d+ days ago, took 2 h 14 min, filament 9 g, 3\.14 m ended, result unknown The printer named no file/,
    );
    const last = {
      timestampSeconds: 1,
      file: 'vase.gx',
      durationSeconds: 5000,
      filament: { meters: 4.5, grams: 13.25 },
    };
    const jobs = { totals: NO_TOTALS, lastEnds: { completed: last, cancelled: { ...last, filament: {} } } };
    expect(readable(printerPageOf(statusOf({ state: 'ready' }, { jobs })))).toMatch(
      /completed vase\.gx 1970-\S+ 00:00 UTC, \d+ days ago, took 1 h 23 min, filament 13 g, 4\.50 m cancelled .*ago, took 1 h 23 min No print/,
    );
    expect(text).toContain('So far: 5 completed, 1 cancelled, 2 unknown');
    expect(readable(printerPageOf(statusOf({ state: 'ready' })))).toContain('No print has ended yet.');
  });

  it('links to its metrics, its log and its JSON documents, relative to its own path', () => {
    const links = [...printerPageOf(full).matchAll(/<a [^>]*href="([^"]*)"/g)].map(
      ([, href = '']) => new URL(href.replaceAll('&amp;', '&'), 'http://proxy/below/printer/m5'),
    );
    expect(links.map(({ pathname, search }) => pathname + search)).toEqual([
      '/below/printer/m5',
      '/below/',
      '/below/',
      '/below/probe?target=m5',
      '/below/probe?target=m5&debug=true',
      ...DOCUMENTS.map((document) => `/below/m5/${document}`),
      ...['metrics', 'sd', 'config', '-/healthy', '-/ready'].map((path) => `/below/${path}`),
    ]);
  });
});

describe('the link to a printer', () => {
  it.each(['.', '..', ...DOCUMENTS])('is its address if it is named %s', (name) => {
    expect(segmentOf(configNamed(name, { address: '192.0.2.9:8899' }))).toBe('192.0.2.9%3A8899');
  });

  it('is its name in any other case', () => {
    expect(segmentOf(configNamed('a/b ü'))).toBe('a%2Fb%20%C3%BC');
  });
});
