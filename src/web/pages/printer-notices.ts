// What a page says about a printer in sentences: errors, failed endpoints, unknown words, and a print that was lost.

import { cutLabel } from '../../common/text.ts';
import { type Html, html } from './html.ts';
import { type EndpointFailure, failuresWorthShowing, jobOf, type PrinterStatus } from './printer-status.ts';
import { ageOf, type Now } from './time.ts';

const DOING = { printing: 'printing', heating: 'heating', pausing: 'pausing', paused: 'paused' } as const;

function lostNotice(status: PrinterStatus, now: Now): Html | undefined {
  const { view } = status;
  const job = view.up ? undefined : jobOf(status);
  if (!job) return undefined;
  const { lostState, percent } = job;
  const doing = lostState !== undefined && lostState in DOING ? `It was ${lostState}` : 'A print was in progress';
  const at = percent !== undefined && ` at ${percent} %`;
  const since = view.lastSeenSeconds !== undefined && html` ${ageOf(view.lastSeenSeconds * 1000, now)}`;
  return html`<div class="notice" data-bad><p>${doing}${at} when contact was lost${since}.</p></div>`;
}

function failureNotice({ protocol, advice }: EndpointFailure, showsProtocol: boolean): Html {
  const over = showsProtocol && `Over ${protocol.toUpperCase()}: `;
  return html`<div class="notice"><p>${over}<b>${advice.symptom}.</b> ${advice.step}</p></div>`;
}

/** The failed endpoints of a printer and what to do about them. */
export function renderFailures(status: PrinterStatus): readonly Html[] {
  const failures = failuresWorthShowing(status);
  return failures.map((failure) => failureNotice(failure, status.view.up || failures.length > 1));
}

/** The other notices of a printer, the most important one first. */
export function renderNotices(status: PrinterStatus, now: Now): readonly (Html | false | undefined)[] {
  const { snapshot } = status.view;
  const unknownWords = snapshot?.state === 'unknown' ? (snapshot.statusWords ?? []) : [];
  return [
    lostNotice(status, now),
    snapshot?.errorCode
      ? html`<div class="notice" data-bad><p>The printer reports error <b>${cutLabel(snapshot.errorCode)}</b>.</p></div>`
      : false,
    ...unknownWords.map(
      ({ status: word }) =>
        html`<div class="notice"><p>The printer’s status is “${cutLabel(word)}”, which this exporter does not know. Please report it.</p></div>`,
    ),
  ];
}
