// Words on the command line that are meant as a command and would be served as printers.

import { ConfigError, quoted } from '../common/config-error.ts';
import { resolveHost } from './lookup.ts';

const COMMANDS = ['serve', 'probe', 'discover', 'demo', 'simulate'];
// People write these as commands.
const FLAGS = ['version', 'help'];
const MAX_TYPOS = 2;

/** The Levenshtein distance: how many characters to insert, delete or replace to turn one word into the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, left] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, right] of [...b].entries()) {
      const replace = (row[j] ?? 0) + (left === right ? 0 : 1);
      next.push(Math.min(replace, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** What a word was probably meant to be: a command, or a flag; undefined if it resembles neither. */
function meantAs(word: string): string | undefined {
  const typos = (known: string): number => distance(word.toLowerCase(), known);
  const [closest] = [...COMMANDS, ...FLAGS].sort((a, b) => typos(a) - typos(b));
  // In a short word two typos are half of it.
  if (closest === undefined || typos(closest) > Math.min(MAX_TYPOS, Math.floor(closest.length / 3))) return undefined;
  return FLAGS.includes(closest) ? `--${closest}` : closest;
}

/** Whether a word could be a command. Anything stranger is left to the parser of addresses. */
function isBare(word: string): boolean {
  return /^[\w-]+$/.test(word);
}

/**
 * Rejects printers that are probably misspelt commands: a first word that resembles a command, and any word without a dot,
 * colon or `=` that does not resolve. `serve NAME` is the way to serve such a printer all the same.
 * @throws ConfigError naming both readings
 */
export async function rejectMistakes(printers: readonly string[]): Promise<void> {
  const [first = ''] = printers;
  const meant = isBare(first) ? meantAs(first) : undefined;
  if (meant !== undefined) {
    const shown = quoted(first);
    throw new ConfigError(
      `${shown} is not a command: write ${meant}, or serve ${first} if it is the name of a printer`,
    );
  }
  for (const word of printers.filter(isBare)) {
    const found = await resolveHost(word);
    if ('addresses' in found) continue;
    const reading = `as the name of a printer it does not resolve: ${found.failure}`;
    throw new ConfigError(`${quoted(word)} is not a command, and ${reading}; see --help, or write serve ${word}`);
  }
}
