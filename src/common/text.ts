// Cleaning text from printers for labels, logs and pages.

// C0 and C1 control characters and DEL: no printer name needs them, and terminals interpret them.
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const CONTROLS = new RegExp(CONTROL, 'g');
const MAX_LABEL_CHARACTERS = 256;

const utf8 = new TextDecoder('utf-8', { fatal: false });

/** Decodes UTF-8 with replacement characters. For whole replies only: a segment may end in the middle of a character. */
export function decodeText(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/** The text without control characters and lone surrogates, trimmed. */
export function cleanText(text: string): string {
  // Most texts are clean, and looking costs less than replacing.
  const printable = CONTROL.test(text) ? text.replaceAll(CONTROLS, '') : text;
  return printable.toWellFormed().trim();
}

/** A label value: cut to 256 characters, never inside a surrogate pair. */
export function cutLabel(text: string): string {
  if (text.length <= MAX_LABEL_CHARACTERS) return text;
  const cut = text.slice(0, MAX_LABEL_CHARACTERS);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}
