// The page at `/`, from plain data to HTML: how every printer is, for people.

import { createHash } from 'node:crypto';
import type { CachedReading } from '../../fleet/view.ts';
import type { BuildInfo } from '../../metrics/exporter.ts';
import { renderCard, showPrinter } from './card.ts';
import type { Look } from './format.ts';
import { type Html, html, trustedHtml } from './html.ts';
import { LOGO, stateIcon, TAB_ICON } from './icons.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

export interface StatusPage {
  readonly build: BuildInfo;
  readonly telemetryPath: string;
  readonly nowMs: number;
  readonly printers: readonly CachedReading[];
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** What the page may do: its own style and script, and ask its own server; nothing else. */
export function contentSecurityPolicy(): string {
  return [
    "default-src 'none'",
    `style-src 'sha256-${hashOf(STYLE)}'`,
    `script-src 'sha256-${hashOf(SCRIPT)}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** The part that changes; the page's script puts it in place of the one before. */
export function renderFragment(page: StatusPage): string {
  return renderMain(page).toString();
}

/** The whole page. Works without its script too: then the browser loads it anew now and then. */
export function renderStatusPage(page: StatusPage): string {
  const { build, telemetryPath } = page;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>FlashForge exporter</title>
<link rel="icon" href="${TAB_ICON}">
<style>${trustedHtml(STYLE)}</style>
<noscript><meta http-equiv="refresh" content="15"></noscript>
</head>
<body>
<a class="skip" href="#printers">Skip to the printers</a>
<header>
<div class="title">${LOGO}<div><h1>FlashForge exporter</h1><p class="version">Version ${build.version}</p></div></div>
<button type="button" id="pause" aria-pressed="false" hidden>Pause updates</button>
</header>
<p id="trouble" class="trouble" hidden></p>
<p id="news" class="unseen" role="status"></p>
${renderMain(page)}
<footer>
<nav aria-label="For programs">
<a href=".${telemetryPath}">Metrics</a>
<a href="./sd">Targets for Prometheus</a>
<a href="./-/healthy">Health</a>
<a href="./-/ready">Readiness</a>
</nav>
<p>How to scrape and to be alerted is in <b>README.md</b> and <b>docs/</b> of its source. This page only looks: it never commands a printer.</p>
</footer>
<script>${trustedHtml(SCRIPT)}</script>
</body>
</html>
`.toString();
}

// Style and script of a page that stays open for weeks may be another version's.
function renderMain({ printers, nowMs }: StatusPage): Html {
  return html`<main id="printers" tabindex="-1" data-now="${nowMs}" data-page="${hashOf(STYLE + SCRIPT).slice(0, 12)}">
${
  printers.length === 0
    ? renderNoPrinters()
    : html`${renderSummary(printers)}
<ul class="cards" role="list">
${printers.map((printer) => renderCard(printer, nowMs))}
</ul>`
}
</main>`;
}

function renderSummary(printers: readonly CachedReading[]): Html {
  const counts = new Map<string, { readonly look: Look; readonly count: number }>();
  for (const { look, word } of printers.map(showPrinter)) {
    counts.set(word, { look, count: (counts.get(word)?.count ?? 0) + 1 });
  }
  const items = [...counts].map(
    ([word, { look, count }]) =>
      html`<li data-look="${look}">${stateIcon(look)}<b>${count}</b> ${word.toLowerCase()}</li>`,
  );
  return html`<ul class="summary" role="list" aria-label="Printers by state">${items}</ul>`;
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
