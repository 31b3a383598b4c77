// The frame of every page: head, banner, footer, style and script, and the policy that allows nothing else.

import { createHash } from 'node:crypto';
import type { BuildInfo } from '../../metrics/exporter.ts';
import { type Content, type Html, html, trustedHtml } from './html.ts';
import { ICONS, LOGO, TAB_ICON } from './icons.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

export interface Page {
  /** The title of the browser's tab. */
  readonly title: string;
  /** What the script replaces: the part that changes. */
  readonly main: Html;
  /** Between the banner and the main part, kept by the script. */
  readonly tools?: Content;
  /** The path from this page to `/`: `./` or `../`. */
  readonly root: './' | '../';
  readonly build: BuildInfo;
  readonly telemetryPath: string;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

// A page that stays open for weeks may have style and script of another version.
const PAGE_VERSION = hashOf(STYLE + SCRIPT).slice(0, 12);

/** What the pages may do: use their own style and script, and send requests to their own server. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${hashOf(STYLE)}'`,
  `script-src 'sha256-${hashOf(SCRIPT)}'`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** The main part of a page. @param title of the browser's tab, which the script updates */
export function renderMain(title: string, nowMs: number, content: Content): Html {
  return html`<main id="printers" tabindex="-1" data-now="${nowMs}" data-page="${PAGE_VERSION}" data-title="${title}">
${content}
</main>`;
}

/** An identifier of a main part that changes whenever anything but the time changes. */
export function etagOf(main: Html): string {
  return `W/"${hashOf(main.toString().replace(/ data-now="\d+"/, '')).slice(0, 22)}"`;
}

/** The whole page. Without JavaScript, the browser reloads it at intervals. */
export function renderPage({ title, main, tools, root, build, telemetryPath }: Page): string {
  const home = html`<a href="${root}">${LOGO}<span>FlashForge exporter</span></a>`;
  // The page of a printer has the printer as its heading.
  const brand = root === './' ? html`<h1 class="title">${home}</h1>` : html`<p class="title">${home}</p>`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="${TAB_ICON}">
<style>${trustedHtml(STYLE)}</style>
<noscript><meta http-equiv="refresh" content="15"></noscript>
</head>
<body>
<a class="skip" href="#printers">Skip to the printers</a>
${ICONS}
<header>
${brand}
${tools}
<button type="button" id="pause" aria-pressed="false" hidden>Pause updates</button>
</header>
<p id="trouble" class="trouble" hidden></p>
<p id="news" class="unseen" role="status"></p>
${main}
<footer>
<nav aria-label="For programs">
<a href="${root}${telemetryPath.slice(1)}">Metrics</a>
<a href="${root}sd">Targets for Prometheus</a>
<a href="${root}config">Configuration</a>
<a href="${root}-/healthy">Health</a>
<a href="${root}-/ready">Readiness</a>
</nav>
<p>Version ${build.version}. This page only reads: it never controls a printer.</p>
</footer>
<script>${trustedHtml(SCRIPT)}</script>
</body>
</html>
`.toString();
}
