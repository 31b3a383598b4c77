// The captured replies of TCP printers, as they were on the wire.

import { readdirSync, readFileSync } from 'node:fs';
import { READ_COMMANDS, type ReadCommand } from '../../src/tcp/commands.ts';
import type { TcpReplies } from '../../src/tcp/replies.ts';

const ROOT = new URL('../captures/', import.meta.url);

/**
 * One file: `M27-idle.txt` is a reply to M27. Files whose source hides line ends get CRLF; the official Dreamer
 * document and the Creator 3's formats leave out the CMD line, the latter the `ok` too.
 */
export function readCapture(path: string): string {
  const text = readFileSync(new URL(path, ROOT), 'utf8');
  const wire = text.includes('\r') ? text : text.replaceAll('\n', '\r\n');
  const command = /\/(M\d+)/.exec(path)?.[1] ?? '';
  const begun = wire.startsWith('CMD ') ? wire : `CMD ${command} Received.\r\n${wire}`;
  return begun.endsWith('ok\r\n') || path.includes('no-ok') ? begun : `${begun}ok\r\n`;
}

/** The paths of all captured replies on TCP. */
export function allCapturePaths(): string[] {
  return readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((path) => /\/M\d+[^/]*\.txt$/.test(path));
}

/** The replies of a conversation by command; `session.raw.txt` holds requests and replies in turn. */
export function readSession(path: string): [command: string, reply: string][] {
  const text = readFileSync(new URL(path, ROOT), 'utf8');
  return [...text.matchAll(/^~(\w+).*\r\n([^~]*)/gm)].map(([, command = '', reply = '']) => [command, reply]);
}

export function isRead(command: string): command is ReadCommand {
  return READ_COMMANDS.some((read) => read === command);
}

/** What the JSON API shows as the printer wrote it: the raw texts, each on a line. */
export function rawTexts({ m119, m105, m27, m114, m115 }: TcpReplies): string[] {
  const texts: [string, string | number | undefined][] = [
    ['endstop', m119?.endstop],
    ['flags', m119?.flags],
    ['temp', m105 && [...m105].map(([heater, { current, target }]) => `${heater}=${current}/${target}`).join(' ')],
    ['progress', m27?.total === undefined ? undefined : `${m27.printed}/${m27.total}`],
    ['position', m114 && [...m114].map(([axis, { text }]) => `${axis}=${text}`).join(' ')],
    ['volume', m115?.volume],
    ['tools', m115?.toolCount],
  ];
  return texts.flatMap(([key, text]) => (text === undefined ? [] : [`${key}: ${text}`]));
}
