// The status page: how every printer is, from plain data to HTML.

import type { ExporterStatus } from '../../metrics/exporter.ts';
import { renderCard } from './card.ts';
import { renderTroubles } from './exporter-notices.ts';
import { groupOf, LOOKS, type Look } from './format.ts';
import { type Html, html } from './html.ts';
import { stateIcon } from './icons.ts';
import { renderMain, renderPage } from './layout.ts';
import { type PrinterStatus, showPrinter } from './printer-status.ts';
import { type Filter, filterHref, hasWords, inPageOrder, waitingCount } from './selection.ts';
import { renderTable } from './table.ts';
import type { Now } from './time.ts';

export interface StatusPage {
  readonly exporter: ExporterStatus;
  readonly telemetryPath: string;
  readonly now: Now;
  readonly printers: readonly PrinterStatus[];
  readonly filter: Filter;
}

// More would be a page of many screens.
const MAX_CARDS = 12;

function titleOf({ printers }: StatusPage): string {
  const waiting = waitingCount(printers);
  return waiting > 0 ? `(${waiting}) FlashForge exporter` : 'FlashForge exporter';
}

/** The part of the page that changes. */
export function renderStatusMain(page: StatusPage): Html {
  const { printers, now, exporter } = page;
  return renderMain(titleOf(page), now.ms, [
    renderTroubles(exporter),
    printers.length === 0 ? renderNoPrinters() : renderPrinters(page),
  ]);
}

/** The whole page. */
export function renderStatusPage(page: StatusPage): string {
  const { exporter, telemetryPath, printers, filter } = page;
  return renderPage({
    title: titleOf(page),
    main: renderStatusMain(page),
    tools: printers.length > 0 && renderSearch(filter),
    root: './',
    build: exporter.build,
    telemetryPath,
  });
}

function renderPrinters({ printers, filter, now }: StatusPage): Html {
  const found = printers.filter((status) => hasWords(status, filter));
  const shown = inPageOrder(
    filter.look === undefined ? found : found.filter((status) => showPrinter(status).look === filter.look),
  );
  return html`${renderSummary(found, filter)}
${shown.length === 0 && html`<p class="none">No printer matches. <a href="./">Show all ${printers.length}</a></p>`}
${
  shown.length > MAX_CARDS
    ? renderTable(shown, now)
    : html`<ul class="cards" role="list">
${shown.map((status) => renderCard(status, now))}
</ul>`
}`;
}

function renderSearch({ text, look }: Filter): Html {
  return html`<form id="search" role="search" action="./">
${look !== undefined && html`<input type="hidden" name="state" value="${look}">`}
<input type="search" name="q" value="${text}" aria-label="Filter printers by name, address, model or file" placeholder="Filter printers" autocomplete="off" maxlength="200">
</form>`;
}

function renderSummary(found: readonly PrinterStatus[], filter: Filter): Html {
  const counts = new Map<Look, number>();
  for (const status of found) {
    const { look } = showPrinter(status);
    counts.set(look, (counts.get(look) ?? 0) + 1);
  }
  const all = html`<li><a href="${filterHref({ ...filter, look: undefined })}"${filter.look === undefined && html` aria-current="true"`}><b>${found.length}</b> ${found.length === 1 ? 'printer' : 'printers'}</a></li>`;
  const items = LOOKS.filter((look) => counts.has(look) || look === filter.look).map((look) => {
    const isCurrent = look === filter.look;
    return html`<li data-look="${look}"><a href="${filterHref({ ...filter, look })}"${isCurrent && html` aria-current="true"`}>${stateIcon(look)}<b>${counts.get(look) ?? 0}</b> ${groupOf(look).label}</a></li>`;
  });
  return html`<ul class="summary" role="list" aria-label="Printers by state">${all}${items}</ul>`;
}

function renderNoPrinters(): Html {
  return html`<section class="empty">
<h2>No printers yet</h2>
<p>Name them where the exporter is started, each by its address, with a name if you like:</p>
<pre tabindex="0" role="region" aria-label="Example with arguments"><code>flashforge-exporter finder=192.168.1.50 192.168.1.51</code></pre>
<p>or in the environment variable <code>FLASHFORGE_PRINTERS</code>, or in a file for <code>--config.file</code>:</p>
<pre tabindex="0" role="region" aria-label="Example of a configuration file"><code>printers:
  - name: finder
    address: 192.168.1.50</code></pre>
<p>The address is on the printer’s screen, in its network settings. <code>flashforge-exporter discover</code> searches the network for printers.</p>
</section>`;
}
