// What surrounds the payload of a response: JSON, a result code and a text (docs/protocol.md#http-requests-and-refusals).

import { cleanText } from '../common/text.ts';
import { type FailureCode, PrinterError, type PrinterErrorOptions } from '../printer/errors.ts';
import { isRecord, type JsonRecord, readNumber } from './values.ts';

// Strings, which are kept, and the `nan` and `inf` that C prints and JSON does not allow. An unterminated string matches
// up to the end of the text, so that the expression never backtracks.
const STRING_OR_NOT_A_NUMBER = /"(?:[^"\\]|\\[\s\S]?)*"?|[+-]?\b(?:nan|inf(?:inity)?)\b/gi;

// In no capture so far. A file name must not cost the whole reading if firmware does not escape it.
const CONTROL = /[\u0000-\u001f]/g;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-f]{4})|\\/gi;

/** A part of a text that is not JSON, as JSON: a string with what JSON does not allow in it escaped, or a null. */
function repair(part: string): string {
  if (!part.startsWith('"')) return 'null';
  return part.replace(CONTROL, '').replace(ESCAPE, (found) => (found === '\\' ? '\\\\' : found));
}

/** The text without the white space and NUL at its end: C firmware may send the end of its string, too. In linear time. */
function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\0' || text[end - 1]?.trim() === '')) end -= 1;
  return text.slice(0, end);
}

function tryJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // Without the parser's message, which quotes the text.
    return undefined;
  }
}

/** Whether the text is JSON from its beginning to its end. */
export function isWholeJson(text: string): boolean {
  const trimmed = trimEnd(text);
  return trimmed.endsWith('}') && tryJson(trimmed) !== undefined;
}

function isMarkup(text: string): boolean {
  return text.trimStart().startsWith('<');
}

/** What came instead of JSON, without quoting it. */
function toJsonError(text: string, doing: string): PrinterError {
  if (text.trim() === '') return new PrinterError('protocol', `${doing}: the response is empty`);
  const came = `${text.length} characters came`;
  if (isMarkup(text)) {
    return new PrinterError('protocol', `${doing}: the response is a web page, not JSON, ${came}`, { detail: 'html' });
  }
  const isCutOff = /^\s*[[{]/.test(text);
  return new PrinterError(
    'protocol',
    `${doing}: the response is not JSON${isCutOff ? ', or is cut off' : ''}, ${came}`,
  );
}

/**
 * Parses JSON; `nan` and `inf` in place of numbers become null, and strings may contain what JSON wants escaped.
 * @throws PrinterError protocol. Its message quotes nothing: the text may contain register codes, or echo the check code
 */
export function parseJson(text: string, doing: string): unknown {
  const parsed = tryJson(text) ?? tryJson(trimEnd(text).replace(STRING_OR_NOT_A_NUMBER, repair));
  if (!parsed) throw toJsonError(text, doing);
  return parsed.value;
}

const REFUSALS: ReadonlyMap<number, { code: FailureCode; means: string }> = new Map([
  [1, { code: 'auth', means: 'wrong check code or serial number' }],
  [2, { code: 'busy', means: 'the printer is busy' }],
  [-1, { code: 'protocol', means: 'the printer did not understand the request' }],
  [-2, { code: 'lan_mode', means: 'LAN mode is off' }],
]);

const REGISTER_CODES = ['flashRegisterCode', 'polarRegisterCode'];
const MAX_QUOTED_CHARACTERS = 120;

// A shorter secret is part of too many ordinary words to be concealed by leaving those out.
const MIN_CONCEALED_CHARACTERS = 6;

/** The spellings in which a secret may come back, in lower case: some printers respond in capitals. */
function spellingsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const spellings = [
    cleanText(secret),
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret.toWellFormed()),
    bytes.toString('hex'),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
  ];
  return spellings.map((spelling) => spelling.toLowerCase()).filter((spelling) => spelling !== '');
}

function containsOneOf(spellings: readonly string[], text: string): boolean {
  const lower = cleanText(text).toLowerCase();
  return spellings.some((spelling) => lower.includes(spelling));
}

/** The secrets that a message must not quote: the check code that was sent, and the register codes in the response. */
function secretsIn(response: JsonRecord, payload: JsonRecord, checkCode: string): string[] {
  const codes = [checkCode, ...REGISTER_CODES.flatMap((key) => [response[key], payload[key]])];
  return codes.filter((code) => typeof code === 'string').filter((code) => code.trim() !== '');
}

// Deeper than anything that is read. A response with thousands of levels must not overflow the stack.
const MAX_DEPTH = 8;

/** Whether any text in the value that is at least this long satisfies `found`; down to the depth that is read. */
function someText(value: unknown, length: number, found: (text: string) => boolean, depth = 0): boolean {
  // Most texts are shorter than a check code: `open`, `PLA`. Cleaning never makes a text longer.
  if (typeof value === 'string') return value.length >= length && found(value);
  if (typeof value !== 'object' || value === null || depth === MAX_DEPTH) return false;
  for (const item of Object.values(value)) if (someText(item, length, found, depth + 1)) return true;
  return false;
}

/** The value without the texts that contain one of these spellings, as if the printer had not sent them. */
function conceal(value: unknown, spellings: readonly string[], depth = 0): unknown {
  if (typeof value === 'string') return containsOneOf(spellings, value) ? undefined : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth === MAX_DEPTH) return undefined;
  if (Array.isArray(value)) return value.map((item) => conceal(item, spellings, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, conceal(item, spellings, depth + 1)]));
}

function readResult(value: unknown): number | undefined {
  return typeof value === 'boolean' ? Number(value) : readNumber(value);
}

/** The printer's own text; empty if it sent none. */
function textOf(response: JsonRecord): string {
  const text = [response['message'], response['msg']].find((value) => typeof value === 'string');
  return text === undefined ? '' : cleanText(text);
}

/** The printer's own text in quotes, or why it is not quoted. */
function quote(response: JsonRecord, secrets: readonly string[]): string {
  const text = textOf(response);
  if (text === '') return '';
  if (containsOneOf(secrets.flatMap(spellingsOf), text)) return ' (its text holds a secret code)';
  const cut = text.slice(0, MAX_QUOTED_CHARACTERS);
  return ` "${cut.toWellFormed()}"${cut.length < text.length ? '…' : ''}`;
}

// Code 1 is for either: only the text tells them apart (docs/protocol.md#http-requests-and-refusals).
function refusedCredential(result: number, response: JsonRecord): PrinterErrorOptions {
  const text = result === 1 ? textOf(response) : '';
  if (/\bsn\b|serial/i.test(text)) return { detail: 'wrong_serial' };
  return /access ?code|check ?code/i.test(text) ? { detail: 'wrong_check_code' } : {};
}

/** The HTTP status, and as much of the body as came. */
export interface HttpResponse {
  readonly statusCode: number;
  readonly text: string;
}

function toStatusError({ statusCode, text }: HttpResponse, doing: string): PrinterError {
  const redirect = statusCode >= 300 && statusCode < 400 ? ', a redirect, which is not followed' : '';
  const message = `${doing}: HTTP status ${statusCode}${redirect}`;
  return new PrinterError('protocol', message, isMarkup(text) ? { detail: 'html' } : {});
}

/**
 * The payload of a response. Printers refuse with status 200 (docs/protocol.md#http-requests-and-refusals). With any other
 * status, a known refusal in the body says more than the status.
 * @throws PrinterError as openEnvelope does; protocol for any other status and for a body that is not JSON
 */
export function openResponse(response: HttpResponse, doing: string, checkCode: string): JsonRecord {
  const failure = response.statusCode === 200 ? undefined : toStatusError(response, doing);
  try {
    const payload = openEnvelope(parseJson(response.text, doing), doing, checkCode);
    if (!failure) return payload;
  } catch (error) {
    if (!failure || !(error instanceof PrinterError) || error.code !== 'protocol') throw error;
  }
  throw failure;
}

/**
 * The payload of a response: `detail`, or the response itself if it has none; without texts that repeat the check code.
 * @param checkCode kept out of the payload and of messages, even if the printer repeats it
 * @throws PrinterError auth, busy, lan_mode; protocol for any other refusal
 */
export function openEnvelope(response: unknown, doing: string, checkCode: string): JsonRecord {
  if (!isRecord(response)) throw new PrinterError('protocol', `${doing}: the response is not a JSON object`);
  const payload = isRecord(response['detail']) ? response['detail'] : response;
  const result = readResult(response['code']) ?? readResult(response['err']) ?? 0;
  if (result === 0) {
    // No spelling is shorter.
    const { length } = cleanText(checkCode);
    if (length < MIN_CONCEALED_CHARACTERS) return payload;
    const spellings = spellingsOf(checkCode);
    if (!someText(payload, length, (text) => containsOneOf(spellings, text))) return payload;
    const shown = conceal(payload, spellings);
    return isRecord(shown) ? shown : {};
  }
  const refusal = REFUSALS.get(result);
  const means = refusal ? `, ${refusal.means}` : '';
  const said = `code ${result}${quote(response, secretsIn(response, payload, checkCode))}${means}`;
  throw new PrinterError(refusal?.code ?? 'protocol', `${doing}: ${said}`, refusedCredential(result, response));
}
