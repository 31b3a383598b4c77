// Which printers the status page shows, and in which order: what needs a person first.

import { groupOf, LOOKS, type Look } from './format.ts';
import { jobOf, type PrinterStatus, showPrinter } from './printer-status.ts';

export interface Filter {
  /** Words that a printer must all contain, in lower case. */
  readonly words: readonly string[];
  /** The search field's text. */
  readonly text: string;
  /** Undefined for all states. */
  readonly look: Look | undefined;
}

const MAX_FILTER_CHARACTERS = 200;

/** The filter in a page's URL: `?q=vase&state=paused`. Unknown states select nothing less than all printers. */
export function parseFilter(query: URLSearchParams): Filter {
  const text = (query.get('q') ?? '').slice(0, MAX_FILTER_CHARACTERS).trim();
  const state = query.get('state');
  return {
    text,
    words: text
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== ''),
    look: LOOKS.find((look) => look === state),
  };
}

/** The query of the page with this filter: `?state=paused&q=vase`, or `./` for all printers. */
export function filterHref({ text, look }: Pick<Filter, 'text' | 'look'>): string {
  const query = new URLSearchParams();
  if (look !== undefined) query.set('state', look);
  if (text !== '') query.set('q', text);
  return query.size === 0 ? './' : `./?${query}`;
}

function searchTextOf(status: PrinterStatus): string {
  const { view, config } = status;
  const { model = '', name = '', serial = '' } = view.identity ?? {};
  const texts = [config.name, config.address, model, name, serial, jobOf(status)?.file ?? '', showPrinter(status).word];
  return texts.join('\n').toLowerCase();
}

/** Whether a printer has all words of the filter; its state is not compared. */
export function hasWords(status: PrinterStatus, { words }: Filter): boolean {
  if (words.length === 0) return true;
  const text = searchTextOf(status);
  return words.every((word) => text.includes(word));
}

// Jobs without a known end come after those with one.
function endOf(status: PrinterStatus): number {
  return jobOf(status)?.endMs ?? Number.POSITIVE_INFINITY;
}

/** The printers by look, those that print by the end of their job, and else in the order given. */
export function inPageOrder(printers: readonly PrinterStatus[]): readonly PrinterStatus[] {
  const keyed = printers.map((status, index) => {
    const { look } = showPrinter(status);
    return { status, index, rank: LOOKS.indexOf(look), end: look === 'printing' ? endOf(status) : 0 };
  });
  keyed.sort((a, b) => a.rank - b.rank || (a.end === b.end ? a.index - b.index : a.end - b.end));
  return keyed.map(({ status }) => status);
}

/** How many printers need a person: the title of the page says it. */
export function waitingCount(printers: readonly PrinterStatus[]): number {
  return printers.filter((status) => groupOf(showPrinter(status).look).waits).length;
}
