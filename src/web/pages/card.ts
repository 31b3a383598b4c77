// One printer as a card. Unknown values are left out, never shown as 0.

import type { PrinterView } from '../../fleet/view.ts';
import { RESULTS, type Result } from '../../jobs/result.ts';
import type { FilamentEstimate, Snapshot } from '../../printer/snapshot.ts';
import { showDuration, showHeater, showResult } from './format.ts';
import { type Html, html } from './html.ts';
import { stateIcon } from './icons.ts';
import { renderJob } from './job.ts';
import { encodedName, segmentOf } from './links.ts';
import { renderFailures, renderNotices } from './printer-notices.ts';
import { jobOf, type PrinterStatus, showPrinter } from './printer-status.ts';
import { ageOf, type Now } from './time.ts';

// Every read takes a moment; only a reading that has become this old is worth mentioning that a newer one is coming.
const OLD_READING_MS = 30_000;

/** The attributes of a printer's element: the id stays the same as long as the name, and the script announces `data-said`. */
export function printerAttributes(status: PrinterStatus): Html {
  const { look, word } = showPrinter(status);
  const { name } = status.config;
  return html`id="printer-${encodedName(status.config)}" data-look="${look}" data-said="${name}: ${word}"`;
}

/** The card of the status page. */
export function renderCard(status: PrinterStatus, now: Now): Html {
  const { view, config } = status;
  const { look, word } = showPrinter(status);
  const job = jobOf(status);
  return html`<li class="card" ${printerAttributes(status)}>
<div class="head">
<h2><a href="./printer/${segmentOf(config)}">${config.name}</a></h2>
<p class="state">${stateIcon(look)}${word}</p>
<p class="model">${renderModel(view)}</p>
</div>
${job && renderJob(job, config.name, now)}
${renderNotices(status, now)}
${renderFailures(status)}
${renderHeaters(view.snapshot)}
<div class="foot">
${renderLastPrint(view, now)}
<p class="read">${renderAge(status, now)}</p>
</div>
</li>`;
}

/** Model, own name and address, as far as they are not the printer's name already. */
export function renderModel({ identity, address, labels }: PrinterView): Html {
  const { model, name } = identity ?? {};
  const ownName = name === model || name === labels.printer ? undefined : name;
  const parts = [model, ownName, address === labels.printer ? undefined : address].filter((part) => part);
  return html`${parts.map((part, index) => [index > 0 && ' · ', html`<span>${part}</span>`])}`;
}

/** The heaters with their targets; undefined if there are none. */
export function renderHeaters(snapshot: Snapshot | undefined): Html | undefined {
  const heaters = [...(snapshot?.heaters ?? [])];
  if (heaters.length === 0) return undefined;
  const tools = heaters.filter(([heater]) => heater.startsWith('tool')).length;
  const items = heaters.map(([heater, { celsius, targetCelsius }]) => {
    const isOn = targetCelsius !== undefined && targetCelsius > 0;
    const now = celsius !== undefined && html`<b>${Math.round(celsius)}${!isOn && ' °C'}</b>`;
    const target = isOn
      ? html`<span class="unseen"> °C, target</span><span aria-hidden="true"> /</span> ${Math.round(targetCelsius)} °C`
      : targetCelsius !== undefined && ' off';
    return html`<div><dt>${showHeater(heater, tools)}${isOn && stateIcon('heating')}</dt><dd>${now}<span class="target">${target}</span></dd></div>`;
  });
  return html`<dl class="heats">${items}</dl>`;
}

export interface ShownEnd {
  readonly result: Result;
  readonly file: string;
  readonly timestampSeconds: number;
  /** What the print took, if it is known. */
  readonly durationSeconds?: number | undefined;
  /** The slicer's estimate for the print, if the printer told it. */
  readonly filament?: FilamentEstimate | undefined;
}

/** The last print with each result, the latest first. */
export function lastPrintsOf({ jobs }: PrinterView): readonly ShownEnd[] {
  const ends = RESULTS.flatMap((result): readonly ShownEnd[] => {
    const end = jobs.lastEnds[result];
    return end ? [{ result, ...end }] : [];
  });
  return ends.sort((a, b) => b.timestampSeconds - a.timestampSeconds);
}

function renderLastPrint(view: PrinterView, now: Now): Html | undefined {
  const [last] = lastPrintsOf(view);
  if (!last) return undefined;
  const { file, result, timestampSeconds, durationSeconds } = last;
  const took = durationSeconds !== undefined && `, took ${showDuration(durationSeconds)}`;
  return html`<p class="last">Last print${file !== '' && html` <b>${file}</b>`}: ${showResult(result)}, ${ageOf(timestampSeconds * 1000, now)}${took}</p>`;
}

/** How old the reading is, or when the printer was last seen. */
export function renderAge({ view, endedAtMs, isBeingRead }: PrinterStatus, now: Now): Html {
  const { up, lastSeenSeconds } = view;
  const isOld = endedAtMs === undefined || now.ms - endedAtMs > OLD_READING_MS;
  const again = isBeingRead && isOld && ', being read now';
  const seen = lastSeenSeconds === undefined ? 'Not seen yet' : html`Last seen ${ageOf(lastSeenSeconds * 1000, now)}`;
  if (endedAtMs === undefined) return html`<span>${seen}${again}</span>`;
  const read = ageOf(endedAtMs, now);
  return up ? html`<span>Read ${read}${again}</span>` : html`<span>${seen} · tried ${read}${again}</span>`;
}
