// What the parsers of replies share: clean lines, `Key: value`, and numbers as printers write them.

import { cleanText } from '../common/text.ts';

/** A number as C writes it: sign, digits, decimals, exponent. For building expressions. */
export const NUMBER = String.raw`[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?`;

/** Where a number ends: what goes on (`1.2.3`, `1,5`, `1e2.5`, `0x10`) is none. A unit or the next field may follow. */
export const NUMBER_END = String.raw`(?![\d.eE]|[-+,x]\d)`;

/** Without control characters; a tab is a blank, for it stands between fields. */
export function cleanLine(line: string): string {
  return cleanText(line.replaceAll('\t', ' '));
}

/** Lines `Key: value` as a map; keys in lower case without blanks, values trimmed; the first of a key counts. */
export function parseFields(lines: readonly string[]): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const key = line.slice(0, colon).toLowerCase().replaceAll(/\s/g, '');
    if (!fields.has(key)) fields.set(key, line.slice(colon + 1).trim());
  }
  return fields;
}

/** A finite number, or undefined: a printer can write more digits than a number holds. */
export function finite(text: string): number | undefined {
  const value = Number(text);
  return text !== '' && Number.isFinite(value) ? value : undefined;
}

// Of a number; its end where it has none.
const EXPONENT = /e([+-]?\d+)$|$/i;

/** Millimetres as written, in metres. The decimal point is moved in the text, so that 86.9984 is 0.0869984 exactly. */
export function metersOf(millimeters: string): number | undefined {
  return finite(millimeters.replace(EXPONENT, (_, power?: string) => `e${Number(power ?? 0) - 3}`));
}

/** Text, or undefined when it is empty. */
export function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
