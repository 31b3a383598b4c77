// Everything a printer said, value by value with units and metric names: the samples of the catalog, for people.

import { percentOf } from '../../common/percent.ts';
import type { PrinterView } from '../../fleet/view.ts';
import { PRINTER_FAMILIES } from '../../metrics/catalog.ts';
import type { Family } from '../../metrics/family.ts';
import { showDuration } from './format.ts';
import { type Content, type Html, html } from './html.ts';
import { clockOf, type Now } from './time.ts';

// The page shows these in words of its own.
const SHOWN_ELSEWHERE =
  /^flashforge_(up|endpoint_up|scrape_failures_total|state|prints_total|last_print_.*|printer_labels_info)$/;

const UNITS = /_(celsius|meters|grams|seconds|ratio|bytes|info)?(_total)?$/;
const WHETHER = /_(on|open|present|loaded|active|error|endstop)$/;

const TITLES: Readonly<Record<string, string>> = {
  flashforge_scrape_duration_seconds: 'Read took',
  flashforge_printer_info: 'Identity',
  flashforge_print_info: 'File',
  flashforge_print_bytes: 'Bytes printed',
  flashforge_print_size_bytes: 'File size',
  flashforge_error_info: 'Error code',
  flashforge_printing_seconds_total: 'Time seen printing',
  flashforge_tvoc_index: 'Air quality (TVOC)',
};

/** `flashforge_print_elapsed_seconds` → `Print elapsed` */
function titleOf(name: string): string {
  const words = name
    .replace(/^flashforge_/, '')
    .replace(/_timestamp_seconds$/, '')
    .replace(UNITS, '')
    .replaceAll('_', ' ');
  return TITLES[name] ?? words.slice(0, 1).toUpperCase() + words.slice(1);
}

function rounded(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}

function showBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${rounded(bytes / 1000 ** step, 2)} ${units[step]}`;
}

/** A sample's value with its unit, which its metric's name tells. */
function showValue(name: string, value: number, now: Now): Content {
  if (name.endsWith('_timestamp_seconds')) return clockOf(value * 1000, now);
  if (WHETHER.test(name)) return value === 1 ? 'yes' : 'no';
  const [, unit] = UNITS.exec(name) ?? [];
  switch (unit) {
    case 'celsius':
      return `${rounded(value, 1)} °C`;
    case 'grams':
      return `${rounded(value, 1)} g`;
    case 'meters':
      return name.includes('filament') ? `${rounded(value, 2)} m` : `${rounded(value * 1000, 2)} mm`;
    case 'seconds':
      return value < 60 ? `${rounded(value, 3)} s` : showDuration(value);
    case 'ratio':
      return `${name.includes('progress') ? percentOf(value) : rounded(value * 100, 1)} %`;
    case 'bytes':
      return showBytes(value);
    default:
      return rounded(value, 3);
  }
}

interface Sample {
  readonly labels: readonly string[];
  readonly value: number;
}

function samplesOf(family: Family, view: PrinterView): readonly Sample[] {
  const samples: Sample[] = [];
  family.read(view, (value, ...labels) => {
    if (value !== undefined) samples.push({ labels, value });
  });
  return samples;
}

// The labels of an info series are its value. With up to three of them the values speak for themselves.
function renderInfo(labelNames: readonly string[], labels: readonly string[]): Html {
  const known = labels.map((label, index) => ({ label, name: labelNames[index] })).filter(({ label }) => label !== '');
  if (labelNames.length > 3)
    return html`${known.map(({ label, name }) => html`<div><span class="of">${name}</span> ${label}</div>`)}`;
  const [first, ...rest] = known.map(({ label }) => label);
  return rest.length === 0
    ? html`<div>${first}</div>`
    : html`<div><span class="of">${first}</span> ${rest.join(' ')}</div>`;
}

function renderSample({ name, labels: labelNames }: Family, { labels, value }: Sample, now: Now): Html {
  if (name.endsWith('_info')) return renderInfo(labelNames, labels);
  const of = labels.length > 0 && html`<span class="of">${labels.join(' ')}</span> `;
  return html`<div>${of}${showValue(name, value, now)}</div>`;
}

// A line may end after any word of a name.
function breakable(name: string): Html {
  return html`${name.split(/(?<=_)/).map((word) => html`${word}<wbr>`)}`;
}

/** The list of values; families without samples are left out. */
export function renderValues(view: PrinterView, now: Now): Html {
  const rows = PRINTER_FAMILIES.filter(({ name }) => !SHOWN_ELSEWHERE.test(name)).flatMap((typed) => {
    const family: Family = typed;
    const samples = samplesOf(family, view);
    if (samples.length === 0) return [];
    return [
      html`<div><dt title="${family.help}">${titleOf(family.name)}<code>${breakable(family.name)}</code></dt><dd>${samples.map((sample) => renderSample(family, sample, now))}</dd></div>\n`,
    ];
  });
  return html`<dl class="values columns">
${rows}</dl>`;
}
