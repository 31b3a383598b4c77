// What the parsers of replies share: `Key: value` lines and numbers as printers write them.

/** A number as printers write it: sign, digits, decimals; no exponent. For building expressions. */
export const NUMBER = String.raw`-?\d+(?:\.\d+)?`;

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

/** Millimetres as written, in metres. The decimal point is moved in the text, so that 86.9984 is 0.0869984 exactly. */
export function metersOf(millimeters: string): number | undefined {
  return finite(`${millimeters}e-3`);
}

/** Text, or undefined when it is empty. */
export function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
