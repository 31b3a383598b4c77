// The icons of the page, in the color of the text. Each state has its own shape, because not everybody can tell colors apart.

import type { Look } from './format.ts';
import { type Html, trustedHtml } from './html.ts';

// On a 16 × 16 grid, with strokes 2 wide and round ends unless a shape is filled.
const SHAPES: Readonly<Record<Look, string>> = {
  ready: '<circle cx="8" cy="8" r="5.5"/>',
  busy: '<path d="M3 8h.01M8 8h.01M13 8h.01" stroke-width="3"/>',
  heating: '<path d="M4 13c-2-2 2-3 0-5s2-3 0-5M8 13c-2-2 2-3 0-5s2-3 0-5M12 13c-2-2 2-3 0-5s2-3 0-5"/>',
  printing: '<path d="M5 3.5v9l7-4.5z" fill="currentColor" stroke-linejoin="round"/>',
  paused: '<path d="M5.5 3.5v9M10.5 3.5v9" stroke-width="2.5"/>',
  cancelled: '<path d="M4 4l8 8M12 4l-8 8"/>',
  completed: '<path d="M3 8.5l3.5 3.5L13 4.5"/>',
  error: '<path d="M8 2.5v7M8 13h.01" stroke-width="2.5"/>',
  unknown: '<path d="M5.5 6a2.5 2.5 0 1 1 3.6 2.2C8.3 8.6 8 9 8 10M8 13h.01"/>',
  lost: '<path d="M3 13h.01M6.5 9.5a5 5 0 0 1 3 0M3.5 6.5a9 9 0 0 1 6-1.5M12 4l3 3M15 4l-3 3"/>',
  offline: '<path d="M8 2v5M4.6 4.4a5 5 0 1 0 6.8 0"/>',
  unreadable: '<path d="M3.5 7.5h9v6h-9zM5.5 7V5a2.5 2.5 0 0 1 5 0v2" stroke-linejoin="round"/>',
  waiting: '<path d="M8 4v4l2.5 2M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z" stroke-width="1.75"/>',
};

/** The definitions that `stateIcon` refers to; once per page. */
export const ICONS = trustedHtml(
  `<svg class="unseen" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round">${Object.entries(
    SHAPES,
  )
    .map(([look, shape]) => `<symbol id="i-${look}" viewBox="0 0 16 16">${shape}</symbol>`)
    .join('')}</svg>`,
);

/** The icon of a state. It is hidden from screen readers, which get the word beside it. */
export function stateIcon(look: Look): Html {
  return trustedHtml(`<svg class="icon" aria-hidden="true"><use href="#i-${look}"/></svg>`);
}

/** The logo: a nozzle over its layers. */
export const LOGO = trustedHtml(
  '<svg class="logo" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8"/><path d="M10 6h12v7l-4 5h-4l-4-5z"/><path d="M7 22h18M7 26h18" stroke-width="2.5" stroke-linecap="round"/></svg>',
);

/** The logo as a data URL, for the browser's tab. */
export const TAB_ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#1f5fd0"/><path d="M10 6h12v7l-4 5h-4l-4-5z" fill="#fff"/><path d="M7 22h18M7 26h18" stroke="#fff" stroke-width="2.5" stroke-linecap="round"/></svg>',
)}`;
