// Shared by the reply parsers: cleaning lines, splitting `Key: value`, and numbers as printers write them.

import { movePoint } from '../common/decimal.ts';
import { cleanText } from '../common/text.ts';

/** Source of a regular expression for a number as C prints it: sign, digits, decimals, exponent. */
export const NUMBER = String.raw`[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?`;

/** Lookahead that rejects a number that continues (`1.2.3`, `1,5`, `1e2.5`, `0x10`). A unit or the next field may follow. */
export const NUMBER_END = String.raw`(?![\d.eE]|[-+,x]\d)`;

/** The line without control characters. A tab becomes a space, because it separates fields. */
export function cleanLine(line: string): string {
  return cleanText(line.includes('\t') ? line.replaceAll('\t', ' ') : line);
}

const SPACE = /\s/;
const SPACES = /\s/g;

/** Lines `Key: value` as a map: cleaned, keys in lower case without whitespace. The first of several equal keys wins. */
export function parseFields(lines: readonly string[]): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const raw of lines) {
    const line = cleanLine(raw);
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).toLowerCase();
    const key = SPACE.test(name) ? name.replaceAll(SPACES, '') : name;
    if (!fields.has(key)) fields.set(key, line.slice(colon + 1).trim());
  }
  return fields;
}

/**
 * The matches of a global expression. `matchAll` clones the expression for each text, which takes longer than matching it
 * against a line.
 */
export function matchesOf(pattern: RegExp, text: string): readonly RegExpExecArray[] {
  const matches: RegExpExecArray[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) matches.push(match);
  return matches;
}

/** The number, or undefined if it is not finite: a printer can send more digits than a number holds. */
export function finite(text: string): number | undefined {
  const value = Number(text);
  return text !== '' && Number.isFinite(value) ? value : undefined;
}

/** Converts millimetres as text to metres. */
export function toMeters(millimeters: string): number | undefined {
  const meters = movePoint(millimeters, -3);
  return Number.isFinite(meters) ? meters : undefined;
}

/** The text, or undefined if it is empty. */
export function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
