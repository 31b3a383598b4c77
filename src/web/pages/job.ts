// A printer's job on a page: file, progress, time left and end. Unknown values are left out, never shown as 0.

import { showDuration } from './format.ts';
import { type Html, html } from './html.ts';
import type { ShownJob } from './printer-status.ts';
import { clockOf, type Now } from './time.ts';

/** `1 h 05 min`, or `≈ 1 h 05 min` for an estimate of this exporter; undefined if it is not known. */
export function showRemaining({ remainingSeconds, isEstimate }: ShownJob): Html | undefined {
  if (remainingSeconds === undefined) return undefined;
  const time = showDuration(remainingSeconds);
  return isEstimate
    ? html`<span title="Estimated from the progress so far">≈ ${time}<span class="unseen"> (estimated)</span></span>`
    : html`${time}`;
}

/** The bar with the percentage; undefined if the progress is not known. @param name of the printer */
export function renderProgress({ percent }: ShownJob, name: string): Html | undefined {
  if (percent === undefined) return undefined;
  return html`<div class="bar"><progress max="100" value="${percent}" aria-label="Progress of ${name}"></progress><span class="percent">${percent} %</span></div>`;
}

/** The job on a card and on the printer's own page. */
export function renderJob(job: ShownJob, name: string, now: Now): Html {
  const { file, layer, layers, isEstimate, endMs, startSeconds } = job;
  const end = endMs === undefined ? undefined : clockOf(endMs, now);
  const facts: readonly (readonly [string, string | Html | undefined])[] = [
    ['Layer', layer === undefined ? undefined : layers === undefined ? `${layer}` : `${layer} of ${layers}`],
    ['Time left', showRemaining(job)],
    ['Done at', end && html`${isEstimate && '≈ '}${end}`],
    ['Started', startSeconds === undefined ? undefined : clockOf(startSeconds * 1000, now)],
  ];
  const known = facts.filter(([, value]) => value !== undefined);
  return html`<div class="job">
<p class="file">${file === '' ? html`<span class="quiet">The printer names no file</span>` : file}</p>
${renderProgress(job, name)}
${known.length > 0 && html`<dl class="facts">${known.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`}
</div>`;
}
