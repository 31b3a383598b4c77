// Many printers as a table, one line each.

import { cutLabel } from '../../common/text.ts';
import type { Snapshot } from '../../printer/snapshot.ts';
import { printerAttributes } from './card.ts';
import { type Html, html } from './html.ts';
import { stateIcon } from './icons.ts';
import { renderProgress, showRemaining } from './job.ts';
import { segmentOf } from './links.ts';
import { failuresOf, jobOf, type PrinterStatus, showPrinter } from './printer-status.ts';
import { ageOf, clockOf, type Now } from './time.ts';

// Every model has it, and the column is narrow.
const BRAND = /^flashforge /i;

/** The table of the status page. */
export function renderTable(printers: readonly PrinterStatus[], now: Now): Html {
  return html`<table class="fleet">
<thead><tr><th scope="col">Printer</th><th scope="col" class="model">Model</th><th scope="col">State</th><th scope="col">Job</th><th scope="col">Progress</th><th scope="col">Time left</th><th scope="col" class="end">Done at</th><th scope="col">Temperatures</th></tr></thead>
<tbody>
${printers.map((status) => renderRow(status, now))}
</tbody>
</table>`;
}

function renderRow(status: PrinterStatus, now: Now): Html {
  const { view, config } = status;
  const { look, word } = showPrinter(status);
  const job = jobOf(status);
  const end = job?.endMs === undefined ? undefined : clockOf(job.endMs, now);
  return html`<tr ${printerAttributes(status)}><th scope="row"><a href="./printer/${segmentOf(config)}">${config.name}</a></th><td class="model">${view.identity?.model?.replace(BRAND, '')}</td><td class="look"><span>${stateIcon(look)}${word}</span></td><td class="what">${job && (job.file === '' ? html`<span class="quiet">No file name</span>` : job.file)}${renderRemark(status, now)}</td><td class="done">${job && renderProgress(job, config.name)}</td><td class="left">${job && showRemaining(job)}</td><td class="end">${end && job?.isEstimate && '≈ '}${end}</td><td class="temps">${renderTemperatures(view.snapshot)}</td></tr>
`;
}

// What else a person has to know, in a few words: the printer's own page has the rest.
function renderRemark(status: PrinterStatus, now: Now): Html | undefined {
  const { up, snapshot, lastSeenSeconds } = status.view;
  if (snapshot?.errorCode) return html`<span class="remark">Error ${cutLabel(snapshot.errorCode)}</span>`;
  if (up) return undefined;
  const [first] = failuresOf(status);
  const seen = lastSeenSeconds !== undefined && html`, last seen ${ageOf(lastSeenSeconds * 1000, now)}`;
  return first && html`<span class="remark">${first.advice.symptom}${seen}</span>`;
}

function renderTemperatures(snapshot: Snapshot | undefined): Html {
  const heaters = [...(snapshot?.heaters ?? [])].filter(([, { celsius }]) => celsius !== undefined);
  const items = heaters.map(([heater, { celsius = 0, targetCelsius = 0 }], index) => {
    const target = targetCelsius > 0 && html`<span class="target">/${Math.round(targetCelsius)}</span>`;
    return html`${index > 0 && ' · '}<span title="${heater}">${Math.round(celsius)}${target}</span>`;
  });
  return html`${items}${items.length > 0 && ' °C'}`;
}
