// `/printer/NAME`: everything that one printer says, and what is remembered of it.

import { formatAddress } from '../../common/address.ts';
import { cutLabel } from '../../common/text.ts';
import { RESULTS } from '../../jobs/result.ts';
import type { ExporterStatus } from '../../metrics/exporter.ts';
import { PROTOCOLS } from '../../printer/config.ts';
import type { FilamentEstimate } from '../../printer/snapshot.ts';
import { lastPrintsOf, printerAttributes, renderAge, renderHeaters, renderModel } from './card.ts';
import { renderTroubles } from './exporter-notices.ts';
import { showDuration, showResult } from './format.ts';
import { type Html, html } from './html.ts';
import { stateIcon } from './icons.ts';
import { renderJob } from './job.ts';
import { renderMain, renderPage } from './layout.ts';
import { encodedName, segmentOf } from './links.ts';
import { renderNotices } from './printer-notices.ts';
import { failuresOf, jobOf, type PrinterStatus, showPrinter } from './printer-status.ts';
import { ageOf, clockOf, type Now } from './time.ts';
import { renderValues } from './values.ts';

export interface PrinterPage {
  readonly exporter: ExporterStatus;
  readonly telemetryPath: string;
  readonly now: Now;
  readonly status: PrinterStatus;
}

function titleOf({ status }: PrinterPage): string {
  return `${status.config.name}: ${showPrinter(status).word} – FlashForge exporter`;
}

/** The part of the page that changes. */
export function renderPrinterMain(page: PrinterPage): Html {
  const { status, now, exporter } = page;
  const { view, config } = status;
  const { look, word } = showPrinter(status);
  const job = jobOf(status);
  return renderMain(titleOf(page), now.ms, [
    renderTroubles(exporter),
    html`<article class="printer" ${printerAttributes(status)}>
<div class="card">
<div class="head">
<h1>${config.name}</h1>
<p class="state">${stateIcon(look)}${word}</p>
<p class="model">${renderModel(view)}</p>
</div>
${job && renderJob(job, config.name, now)}
${renderNotices(status, now)}
${renderHeaters(view.snapshot)}
<div class="foot"><p class="read">${renderAge(status, now)}</p></div>
</div>
${renderEndpoints(status)}
${renderPrints(status, now)}
${renderLinks(status)}
${renderLabels(status)}
<section class="all"><h2>Values</h2>
${renderValues(view, now)}
</section>
</article>`,
  ]);
}

/** The whole page. */
export function renderPrinterPage(page: PrinterPage): string {
  const { exporter, telemetryPath } = page;
  return renderPage({
    title: titleOf(page),
    main: renderPrinterMain(page),
    tools: html`<a class="back" href="../">All printers</a>`,
    root: '../',
    build: exporter.build,
    telemetryPath,
  });
}

function renderEndpoints(status: PrinterStatus): Html {
  const { view, config } = status;
  const failures = failuresOf(status);
  const items = PROTOCOLS.flatMap((protocol) => {
    const endpoint = config[protocol];
    if (!endpoint) return [];
    const failed = failures.find((failure) => failure.protocol === protocol);
    const isUp = view.endpoints.some(({ protocol: other, up }) => other === protocol && up);
    const failing = protocol === 'tcp' ? (view.failingCommands ?? []) : [];
    const counts = view.failures.filter((failure) => failure.protocol === protocol);
    const outcome = failed
      ? html`<b>${failed.advice.symptom}</b> <code>${failed.failure.code}</code><p>${failed.advice.step}</p><p class="detail">${cutLabel(failed.failure.message)}</p>`
      : html`${isUp ? 'Read' : 'Not read yet'}`;
    const total =
      counts.length > 0 &&
      html`<p class="quiet">Failed reads since the exporter started: ${counts.map(({ code, count }, index) => html`${index > 0 && ', '}${count} × ${code}`)}</p>`;
    return [
      html`<div><dt>${protocol.toUpperCase()} <code>${formatAddress(endpoint.host, endpoint.port)}</code></dt><dd>${outcome}${total}${failing.map(({ command, reason }) => html`<p><code>${command}</code> fails: ${cutLabel(reason)}</p>`)}</dd></div>\n`,
    ];
  });
  return html`<section><h2>Endpoints</h2>
<dl class="values${failures.length > 0 && ' stacked'}">
${items}</dl>
</section>`;
}

function renderLabels({ view: { staticLabels } }: PrinterStatus): Html | undefined {
  const labels = Object.entries(staticLabels ?? {});
  if (labels.length === 0) return undefined;
  const items = labels.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`);
  return html`<section><h2>Labels</h2>
<dl class="values">
${items}</dl>
</section>`;
}

// The slicer's estimate, which is for the whole print.
function showFilament({ meters, grams }: FilamentEstimate): string {
  const parts = [grams === undefined ? undefined : `${grams.toFixed(0)} g`, meters && `${meters.toFixed(2)} m`];
  return parts.filter((part) => part).join(', ');
}

function renderPrints({ view }: PrinterStatus, now: Now): Html {
  const { totals } = view.jobs;
  const prints = lastPrintsOf(view).map(({ result, file, timestampSeconds, durationSeconds, filament }) => {
    const atMs = timestampSeconds * 1000;
    const took = durationSeconds !== undefined && html`, took ${showDuration(durationSeconds)}`;
    const used = result === 'completed' && filament && html`, filament ${showFilament(filament)}`;
    return html`<div><dt>${showResult(result)}</dt><dd>${file === '' ? html`<span class="quiet">The printer named no file</span>` : file}<p class="quiet">${clockOf(atMs, now)}, ${ageOf(atMs, now)}${took}${used}</p></dd></div>\n`;
  });
  const counted = RESULTS.filter((result) => totals[result] > 0).map((result) => `${totals[result]} ${result}`);
  return html`<section><h2>Last prints</h2>
${prints.length > 0 && html`<dl class="values">\n${prints}</dl>`}
<p class="quiet">${counted.length === 0 ? 'No print has ended yet.' : `So far: ${counted.join(', ')}`}</p>
</section>`;
}

// The JSON API takes names and addresses alike.
const DOCUMENTS = ['info', 'head-location', 'temp', 'progress', 'status'];

function renderLinks({ config }: PrinterStatus): Html {
  const target = encodedName(config);
  const segment = segmentOf(config);
  return html`<section><h2>For programs</h2>
<ul class="links" role="list">
<li><a href="../probe?target=${target}">Metrics of this printer</a></li>
<li><a href="../probe?target=${target}&amp;debug=true">Log of a new read</a></li>
<li>JSON: ${DOCUMENTS.map((document, index) => html`${index > 0 && ', '}<a href="../${segment}/${document}">${document}</a>`)}</li>
</ul>
</section>`;
}
