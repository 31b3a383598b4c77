// What is around the payload of an answer: JSON, a result code and a text (docs/protocol.md#http-requests-and-refusals).

import { cleanText } from '../common/text.ts';
import { type FailureCode, PrinterError } from '../printer/errors.ts';
import { isRecord, type JsonRecord, readNumber } from './fields.ts';

// Strings, so that they stay as they are, and the numbers C writes and JSON has not. An unended string goes to the end
// of the text: the expression never looks back, however long the text.
const STRING_OR_NOT_A_NUMBER = /"(?:[^"\\]|\\[\s\S]?)*"?|[+-]?\b(?:nan|inf(?:inity)?)\b/gi;

function tryJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // The parser's own message quotes the text.
    return undefined;
  }
}

/**
 * Parses JSON, with `nan` and `inf` where numbers belong as null.
 * @throws PrinterError protocol, without a word of the text: it may hold register codes, or the check code echoed
 */
export function parseJson(text: string, doing: string): unknown {
  const parsed =
    tryJson(text) ?? tryJson(text.replace(STRING_OR_NOT_A_NUMBER, (part) => (part.startsWith('"') ? part : 'null')));
  if (!parsed) throw new PrinterError('protocol', `${doing}: the answer is not JSON, ${text.length} characters came`);
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

// A shorter one stands in too many words for whoever holds it to be hidden by leaving those out.
const MIN_CONCEALED_CHARACTERS = 6;

/** How a secret may be written; lower case, since some printers answer in capitals. */
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

function holdsOneOf(spellings: readonly string[], text: string): boolean {
  const lower = cleanText(text).toLowerCase();
  return spellings.some((spelling) => lower.includes(spelling));
}

/** The codes that nobody may see: the one we sent, and those that the printer tells unasked. */
function secretsIn(answer: JsonRecord, payload: JsonRecord, checkCode: string): string[] {
  const codes = [checkCode, ...REGISTER_CODES.flatMap((key) => [answer[key], payload[key]])];
  return codes.filter((code) => typeof code === 'string').filter((code) => code.trim() !== '');
}

// The slots of a material station are the deepest that is read; who nests a thousand levels must not end our stack.
const MAX_DEPTH = 8;

/** Whether a text in the value, so deep as anything is read, is of that length at least and found to hold a secret. */
function holdsOneWithin(value: unknown, length: number, found: (text: string) => boolean, depth = 0): boolean {
  // Most texts are short: `open`, `PLA`. Cleaning makes none longer.
  if (typeof value === 'string') return value.length >= length && found(value);
  if (typeof value !== 'object' || value === null || depth === MAX_DEPTH) return false;
  for (const item of Object.values(value)) if (holdsOneWithin(item, length, found, depth + 1)) return true;
  return false;
}

/** The value without any text that holds one of these: as if the printer had left it out. */
function conceal(value: unknown, spellings: readonly string[], depth = 0): unknown {
  if (typeof value === 'string') return holdsOneOf(spellings, value) ? undefined : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth === MAX_DEPTH) return undefined;
  if (Array.isArray(value)) return value.map((item) => conceal(item, spellings, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, conceal(item, spellings, depth + 1)]));
}

function readResult(value: unknown): number | undefined {
  return typeof value === 'boolean' ? Number(value) : readNumber(value);
}

/** What the printer said, quoted; or that it cannot be quoted. */
function quote(answer: JsonRecord, secrets: readonly string[]): string {
  const said = [answer['message'], answer['msg']].find((text) => typeof text === 'string');
  const text = typeof said === 'string' ? cleanText(said) : '';
  if (text === '') return '';
  if (holdsOneOf(secrets.flatMap(spellingsOf), text)) return ' (its text holds a secret code)';
  const cut = text.slice(0, MAX_QUOTED_CHARACTERS);
  return ` "${cut.toWellFormed()}"${cut.length < text.length ? '…' : ''}`;
}

/** What came back: the status of HTTP, and the body or as much of it as there is. */
export interface HttpResponse {
  readonly statusCode: number;
  readonly text: string;
}

/**
 * The payload of an answer. Printers refuse with status 200 (docs/protocol.md#http-requests-and-refusals); with another, a known refusal in the body
 * says more than the status does.
 * @throws PrinterError as openEnvelope; protocol for another status, and for what is not JSON
 */
export function openAnswer({ statusCode, text }: HttpResponse, doing: string, checkCode: string): JsonRecord {
  const failure = statusCode === 200 ? undefined : new PrinterError('protocol', `${doing}: HTTP status ${statusCode}`);
  try {
    const payload = openEnvelope(parseJson(text, doing), doing, checkCode);
    if (!failure) return payload;
  } catch (error) {
    if (!failure || !(error instanceof PrinterError) || error.code !== 'protocol') throw error;
  }
  throw failure;
}

/**
 * The payload of an answer: `detail`, or the answer itself where it has none; without the texts that repeat the check code.
 * @param checkCode never shown, should the printer repeat it
 * @throws PrinterError auth, busy, lan_mode; protocol for any other refusal
 */
export function openEnvelope(answer: unknown, doing: string, checkCode: string): JsonRecord {
  if (!isRecord(answer)) throw new PrinterError('protocol', `${doing}: the answer is not a JSON object`);
  const payload = isRecord(answer['detail']) ? answer['detail'] : answer;
  const result = readResult(answer['code']) ?? readResult(answer['err']) ?? 0;
  if (result === 0) {
    // No other spelling is shorter.
    const { length } = cleanText(checkCode);
    if (length < MIN_CONCEALED_CHARACTERS) return payload;
    const spellings = spellingsOf(checkCode);
    if (!holdsOneWithin(payload, length, (text) => holdsOneOf(spellings, text))) return payload;
    const shown = conceal(payload, spellings);
    return isRecord(shown) ? shown : {};
  }
  const refusal = REFUSALS.get(result);
  const means = refusal ? `, ${refusal.means}` : '';
  const said = `code ${result}${quote(answer, secretsIn(answer, payload, checkCode))}${means}`;
  throw new PrinterError(refusal?.code ?? 'protocol', `${doing}: ${said}`);
}
