// The only commands this program can send: five reads, and the login that some printers require.

import { linesOf, type Reply } from './reply.ts';

export const READ_COMMANDS = ['M119', 'M105', 'M27', 'M114', 'M115'] as const;

export type ReadCommand = (typeof READ_COMMANDS)[number];
export type LoginCommand = 'M601' | 'M602';
export type Command = ReadCommand | LoginCommand;

export function isLogin(command: Command): command is LoginCommand {
  return command === 'M601' || command === 'M602';
}

/** A command as it is sent. It ends with CRLF, as FlashPrint's do (test/captures/finder1-v1.5-20160804-idle/session.raw.txt). */
export function encodeCommand(command: Command): string {
  // S1 asks for network control; S0 would be USB (docs/protocol.md#tcp-login-m601-m602).
  return command === 'M601' ? '~M601 S1\r\n' : `~${command}\r\n`;
}

const REFUSAL_WORDS = [
  String.raw`control\s+(?:fail|refuse|reject|denied)`,
  String.raw`(?:please|must|need(?:s|\s+to)?)\s+log\s?-?in`,
  String.raw`log\s?-?in\s+(?:first|fail|is\s+required|required|needed)`,
  String.raw`not\s+log(?:ged)?\s?-?in`,
  String.raw`(?:have|has|already)\s+been\s+connected`,
  String.raw`already\s+connected`,
  String.raw`(?:permission|access)\s+denied`,
  String.raw`(?:not\s+|un)authori[sz]ed`,
].join('|');

// Names may hold anything (docs/protocol.md#tcp-framing), and a file name must not make the exporter take control.
const NAMED = /^(?:current\s*file|machine\s*name)\s*:/i;
const REFUSAL = new RegExp(REFUSAL_WORDS, 'i');
const CONTROL_ANSWER = new RegExp(
  String.raw`^(?:(?:error|sorry|you)\b[\s:,]*)*(?:control\s+(?:success|release)|${REFUSAL_WORDS})`,
  'i',
);

/** The line of a reply that refuses the command, such as `Control failed.` or `Please login first.` */
export function findRefusal(reply: Reply): string | undefined {
  if (!REFUSAL.test(reply.data)) return undefined;
  return linesOf(reply).find((line) => REFUSAL.test(line) && !NAMED.test(line));
}

/** Whether the line begins with the words of a refusal or of a login's answer, which may come without a CMD line. */
export function isControlAnswer(line: string): boolean {
  return CONTROL_ANSWER.test(line);
}
