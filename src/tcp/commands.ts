// The only commands this program can send: five reads, and the login that some printers require.

export const READ_COMMANDS = ['M119', 'M105', 'M27', 'M114', 'M115'] as const;

export type ReadCommand = (typeof READ_COMMANDS)[number];
export type LoginCommand = 'M601' | 'M602';
export type Command = ReadCommand | LoginCommand;

/** A command as it is sent. It ends with CRLF, as FlashPrint's do (test/captures/finder1-v1.5-20160804-idle/session.raw.txt). */
export function encodeCommand(command: Command): string {
  // S1 asks for network control; S0 would be USB (docs/protocol.md#tcp-login-m601-m602).
  return command === 'M601' ? '~M601 S1\r\n' : `~${command}\r\n`;
}

// Names may hold anything (docs/protocol.md#tcp-framing), and a file's name must not make the exporter take control.
const REFUSED = /control failed/i;
const NAMED = /^(?:current\s*file|machine\s*name)\s*:/i;

/** `Control failed.`: somebody else holds control, or this printer wants a login before it answers. */
export function isControlRefused(lines: readonly string[]): boolean {
  return lines.some((line) => REFUSED.test(line) && !NAMED.test(line));
}
