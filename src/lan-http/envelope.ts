// What is around the payload of an answer: JSON, a result code and a text (protocol.md 2.1).

import { type FailureCode, PrinterError } from '../printer/errors.ts';
import { cleanText } from '../printer/text.ts';
import { isRecord, type JsonRecord, readNumber } from './fields.ts';

// Strings, so that they stay as they are, and the numbers C writes and JSON has not. An unended string goes to the end
// of the text: the expression never looks back, however long the text.
const STRING_OR_NOT_A_NUMBER = /"(?:[^"\\]|\\[\s\S]?)*"?|[+-]?\b(?:nan|inf(?:inity)?)\b/gi;

/**
 * Parses JSON, with `nan` and `inf` where numbers belong as null.
 * @throws PrinterError protocol, without a word of the text: it may hold register codes, or the check code echoed
 */
export function parseJson(text: string, doing: string): unknown {
  for (const read of [text, text.replace(STRING_OR_NOT_A_NUMBER, (part) => (part.startsWith('"') ? part : 'null'))]) {
    try {
      return JSON.parse(read);
    } catch {
      // The parser's own message quotes the text.
    }
  }
  throw new PrinterError('protocol', `${doing}: the answer is not JSON, ${text.length} characters came`);
}

const REFUSALS: ReadonlyMap<number, { code: FailureCode; means: string }> = new Map([
  [1, { code: 'auth', means: 'wrong check code or serial number' }],
  [2, { code: 'busy', means: 'the printer is busy' }],
  [-1, { code: 'protocol', means: 'the printer did not understand the request' }],
  [-2, { code: 'lan_mode', means: 'LAN mode is off' }],
]);

const REGISTER_CODES = ['flashRegisterCode', 'polarRegisterCode'];
const MAX_QUOTED_CHARACTERS = 120;

function readResult(value: unknown): number | undefined {
  return typeof value === 'boolean' ? Number(value) : readNumber(value);
}

/** What the printer said, quoted; or that it cannot be quoted. */
function quote(answer: JsonRecord, payload: JsonRecord, checkCode: string): string {
  const said = [answer['message'], answer['msg']].find((text) => typeof text === 'string');
  const text = typeof said === 'string' ? cleanText(said) : '';
  if (text === '') return '';
  const codes = [checkCode, ...REGISTER_CODES.flatMap((key) => [answer[key], payload[key]])];
  const isSecret = codes.some(
    (code) =>
      typeof code === 'string' && code.trim() !== '' && text.toLowerCase().includes(cleanText(code).toLowerCase()),
  );
  if (isSecret) return ' (its text holds a secret code)';
  const cut = text.slice(0, MAX_QUOTED_CHARACTERS);
  return ` "${cut.toWellFormed()}"${cut.length < text.length ? '…' : ''}`;
}

/**
 * The payload of an answer: `detail`, or the answer itself where it has none.
 * @param checkCode never shown, should the printer repeat it
 * @throws PrinterError auth, busy, lan_mode; protocol for any other refusal
 */
export function openEnvelope(answer: unknown, doing: string, checkCode: string): JsonRecord {
  if (!isRecord(answer)) throw new PrinterError('protocol', `${doing}: the answer is not a JSON object`);
  const payload = isRecord(answer['detail']) ? answer['detail'] : answer;
  const result = readResult(answer['code']) ?? readResult(answer['err']) ?? 0;
  if (result === 0) return payload;
  const refusal = REFUSALS.get(result);
  const means = refusal ? `, ${refusal.means}` : '';
  const said = `code ${result}${quote(answer, payload, checkCode)}${means}`;
  throw new PrinterError(refusal?.code ?? 'protocol', `${doing}: ${said}`);
}
