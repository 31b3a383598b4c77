// One printer on the status page. What is not known is left out, never shown as 0.

import { cutLabel } from '../../common/text.ts';
import type { CachedReading, PrinterView } from '../../fleet/view.ts';
import { RESULTS, type Result } from '../../jobs/result.ts';
import type { PrinterError } from '../../printer/errors.ts';
import type { Protocol, Snapshot } from '../../printer/snapshot.ts';
import { hasJob } from '../../printer/state.ts';
import { type Shown, showDuration, showFailure, showHeater, showResult, showState, showUnread } from './format.ts';
import { type Html, html } from './html.ts';
import { stateIcon } from './icons.ts';
import { ageOf, clockOf } from './time.ts';

/** The endpoints that were not read, and why. */
function failuresOf({ endpoints }: PrinterView): readonly EndpointFailure[] {
  return endpoints.flatMap(({ protocol, failure }) => (failure ? [{ protocol, failure }] : []));
}

interface EndpointFailure {
  readonly protocol: Protocol;
  readonly failure: PrinterError;
}

// A read takes a moment each time; only one that takes long is worth a word.
const LONG_READ_MS = 10_000;

/** State of a printer in shape, colour and word. */
export function showPrinter({ view, ageMs }: CachedReading): Shown {
  if (ageMs === undefined) return { look: 'waiting', word: 'Being read' };
  return view.up ? showState(view.snapshot?.state) : showUnread(failuresOf(view).map(({ failure }) => failure.code));
}

/** The card; it keeps its id while the printer keeps its name. */
export function renderCard(status: CachedReading, nowMs: number): Html {
  const { view } = status;
  const name = view.labels.printer;
  const shown = showPrinter(status);
  return html`<li class="card" id="printer-${encodeURIComponent(name.toWellFormed())}" data-look="${shown.look}" data-said="${name}: ${shown.word}">
<div class="head">
<h2>${name}</h2>
<p class="state">${stateIcon(shown.look)}${shown.word}</p>
<p class="model">${modelOf(view)}</p>
</div>
${renderJob(status, nowMs)}
${renderNotices(status)}
${renderHeaters(view.snapshot)}
<div class="foot">
${renderLastPrint(view, nowMs)}
<p class="read">${renderAge(status, nowMs)}<a href="./probe?target=${encodeURIComponent(name.toWellFormed())}">Metrics<span class="unseen"> of ${name}</span></a></p>
</div>
</li>`;
}

function modelOf({ identity, address, labels }: PrinterView): Html {
  const { model, name } = identity ?? {};
  const ownName = name === model || name === labels.printer ? undefined : name;
  const parts = [model, ownName, address === labels.printer ? undefined : address].filter((part) => part);
  return html`${parts.map((part, index) => [index > 0 && ' · ', html`<span>${part}</span>`])}`;
}

function renderJob({ view, ageMs = 0 }: CachedReading, nowMs: number): Html | undefined {
  const { snapshot, progress, jobs } = view;
  if (!snapshot || !hasJob(snapshot.state)) return undefined;
  const { state, file, layer, layers, remainingSeconds } = snapshot;
  // Never 100 before it is done.
  const percent = progress && Math.floor(progress.ratio * 100);
  // A pause ends when somebody ends it.
  const goesOn = state === 'printing' || state === 'heating';
  const doneAtMs = goesOn && remainingSeconds !== undefined ? nowMs - ageMs + remainingSeconds * 1000 : undefined;
  const facts: readonly [string, string | Html | undefined][] = [
    ['Layer', layer === undefined ? undefined : layers === undefined ? `${layer}` : `${layer} of ${layers}`],
    ['Time left', remainingSeconds === undefined ? undefined : showDuration(remainingSeconds)],
    ['Done at', doneAtMs === undefined ? undefined : clockOf(doneAtMs, nowMs)],
    ['Started', jobs.startSeconds === undefined ? undefined : clockOf(jobs.startSeconds * 1000, nowMs)],
  ];
  const known = facts.filter(([, value]) => value !== undefined);
  return html`<div class="job">
<p class="file">${file === undefined ? html`<span class="quiet">The printer names no file</span>` : file}</p>
${
  percent !== undefined &&
  html`<div class="bar"><progress max="100" value="${percent}" aria-label="Progress of ${view.labels.printer}"></progress><span class="percent">${percent} %</span></div>`
}
${known.length > 0 && html`<dl class="facts">${known.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`}
</div>`;
}

function renderHeaters(snapshot: Snapshot | undefined): Html | undefined {
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

function renderNotices({ view }: CachedReading): readonly (Html | false)[] {
  const { snapshot, up } = view;
  const words = snapshot?.state === 'unknown' ? (snapshot.statusWords ?? []) : [];
  return [
    ...words.map(
      ({ status }) =>
        html`<div class="notice"><p>It says “${cutLabel(status)}”, which is in no table. Please report it.</p></div>`,
    ),
    snapshot?.errorCode
      ? html`<div class="notice" data-bad><p>The printer reports error <b>${cutLabel(snapshot.errorCode)}</b>.</p></div>`
      : false,
    ...worthTelling(failuresOf(view), up).map(({ protocol, failure }, _, { length }) => {
      const { what, todo } = showFailure(failure.code);
      const side = up || length > 1 ? `Over ${protocol.toUpperCase()}: ` : '';
      return html`<div class="notice"><p>${side}${what} ${todo}</p><p class="detail">${cutLabel(failure.message)}</p></div>`;
    }),
  ];
}

function worthTelling(failures: readonly EndpointFailure[], up: boolean): readonly EndpointFailure[] {
  // A Creator 5 has no TCP side at all: nothing to tell while HTTP is read.
  if (up) return failures.filter(({ protocol, failure }) => !(protocol === 'tcp' && failure.code === 'refused'));
  const [first] = failures;
  return first && failures.every(({ failure }) => failure.code === first.failure.code) ? [first] : failures;
}

function renderLastPrint({ jobs }: PrinterView, nowMs: number): Html | undefined {
  const ends = RESULTS.flatMap((result): readonly { result: Result; file: string; timestampSeconds: number }[] => {
    const end = jobs.lastEnds[result];
    return end ? [{ result, ...end }] : [];
  });
  const last = ends.sort((a, b) => b.timestampSeconds - a.timestampSeconds)[0];
  if (!last) return undefined;
  const { file, result, timestampSeconds } = last;
  return html`<p class="last">Last print${file !== '' && html` <b>${file}</b>`}: ${showResult(result)}, ${ageOf(timestampSeconds * 1000, nowMs)}</p>`;
}

function renderAge({ view, ageMs, isBeingRead }: CachedReading, nowMs: number): Html {
  const { up, lastSeenSeconds } = view;
  const again = isBeingRead && (ageMs === undefined || ageMs > LONG_READ_MS) && ', being read now';
  const seen = lastSeenSeconds === undefined ? 'Not seen yet' : html`Last seen ${ageOf(lastSeenSeconds * 1000, nowMs)}`;
  if (ageMs === undefined) return html`<span>${seen}${again}</span>`;
  const read = ageOf(nowMs - ageMs, nowMs);
  return up ? html`<span>Read ${read}${again}</span>` : html`<span>${seen} · tried ${read}${again}</span>`;
}
