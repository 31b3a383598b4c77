// Every fault of the simulator at every step, and what it may cost. The expectations come from docs/architecture.md#decisions,
// not from the code.

import type { FailureCode } from '../../src/printer/errors.ts';
import type { Protocol } from '../../src/printer/snapshot.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import { READ_COMMANDS, type ReadCommand } from '../../src/tcp/commands.ts';

export type Step = 'connect' | ReadCommand;

/** What a fault costs if its endpoint is the only one. */
export type Outcome =
  | { readonly kind: 'complete' }
  /** The endpoint is down. */
  | { readonly kind: 'down'; readonly code: FailureCode }
  /** The endpoint is up, but the replies to these commands are missing. */
  | { readonly kind: 'parts'; readonly code: FailureCode; readonly lost: readonly ReadCommand[] }
  /** The endpoint is up, but these families are missing (HTTP: one response has all values). */
  | { readonly kind: 'fields'; readonly lost: RegExp };

export interface Cell {
  readonly title: string;
  readonly protocol: Protocol;
  readonly fault: Fault;
  readonly outcome: Outcome;
  /** Whether only the deadline ends the read. */
  readonly hangs: boolean;
}

const COMPLETE: Outcome = { kind: 'complete' };

/** The conversation ends at this step. Earlier replies count; the printer is up if it has replied to M119. */
function ends(code: FailureCode): (step: Step) => Outcome {
  return (step) => {
    if (step === 'connect' || step === 'M119') return { kind: 'down', code };
    return { kind: 'parts', code, lost: READ_COMMANDS.slice(READ_COMMANDS.indexOf(step)) };
  };
}

/** The connection ends at this command, and the remaining commands use a new one. */
function drops(code: FailureCode): (step: Step) => Outcome {
  return (step) => (step === 'connect' ? { kind: 'down', code } : { kind: 'parts', code, lost: [step] });
}

/** The reply is missing or unreadable, and the conversation continues. */
function costs(code: FailureCode): (step: Step) => Outcome {
  return (step) => ({ kind: 'parts', code, lost: step === 'connect' ? [] : [step] });
}

const complete = (): Outcome => COMPLETE;

/** The reply counts, but the deadline passes before the next command. M115 is the last command. */
function endsAfter(step: Step): Outcome {
  const lost = step === 'connect' ? [] : READ_COMMANDS.slice(READ_COMMANDS.indexOf(step) + 1);
  if (step === 'M115') return { kind: 'complete' };
  return { kind: 'parts', code: 'timeout', lost };
}

interface Row {
  readonly title: string;
  readonly at: (step: Step) => Fault;
  /** Undefined if the fault shows only in replies. */
  readonly connect?: Outcome;
  readonly command: (step: Step) => Outcome;
  readonly hangs?: readonly ('connect' | 'command')[];
}

// The simulator's types separate faults at `connect` from faults at a command.
const shared = (kind: 'silence' | 'reset' | 'reset-once' | 'close') => (at: Step) =>
  ({ kind, at, side: 'tcp' }) as const;
const atAnyStep = (kind: 'endless-line' | 'flood' | 'garbage', ok?: true) => (at: Step) =>
  ({ kind, at, ...(ok && { ok }) }) as const;
function inReply(make: (at: ReadCommand) => Fault): (at: Step) => Fault {
  return (at) => {
    if (at === 'connect') throw new Error('this fault shows in a reply');
    return make(at);
  };
}

const TCP_ROWS: readonly Row[] = [
  {
    title: 'silence',
    at: shared('silence'),
    connect: { kind: 'down', code: 'timeout' },
    command: ends('timeout'),
    hangs: ['connect', 'command'],
  },
  // The command is sent once more; the second connection is reset too, so the command is skipped.
  { title: 'reset', at: shared('reset'), connect: { kind: 'down', code: 'closed' }, command: drops('closed') },
  { title: 'reset once', at: shared('reset-once'), connect: COMPLETE, command: complete },
  { title: 'close', at: shared('close'), connect: { kind: 'down', code: 'closed' }, command: drops('closed') },
  {
    title: 'far too late',
    at: inReply((at) => ({ kind: 'late', ms: 60_000, side: 'tcp', at })),
    command: ends('timeout'),
    hangs: ['command'],
  },
  { title: 'a little late', at: inReply((at) => ({ kind: 'late', ms: 100, side: 'tcp', at })), command: complete },
  {
    title: 'a byte a second',
    at: inReply((at) => ({ kind: 'drip', intervalMs: 1000, at })),
    command: ends('timeout'),
    hangs: ['command'],
  },
  { title: 'byte by byte', at: inReply((at) => ({ kind: 'drip', intervalMs: 1, at })), command: complete },
  {
    title: 'a line that never ends',
    at: atAnyStep('endless-line'),
    // The replies follow it, as they may follow replies to other clients.
    connect: COMPLETE,
    command: ends('protocol'),
  },
  { title: 'lines that never end', at: atAnyStep('flood'), connect: COMPLETE, command: ends('protocol') },
  {
    title: 'garbage',
    at: atAnyStep('garbage'),
    // The last line of the garbage runs into the CMD line of M119, which is still found.
    connect: COMPLETE,
    // The garbage stops in the middle of a line, so the rest may still arrive.
    command: ends('timeout'),
    hangs: ['command'],
  },
  // A complete reply that cannot be parsed; before the first command it is discarded.
  { title: 'garbage and ok', at: atAnyStep('garbage', true), connect: COMPLETE, command: costs('protocol') },
  // The first read waits for the `ok` until its time is over, which here is the deadline, and then uses what it received.
  { title: 'no ok', at: inReply((at) => ({ kind: 'no-ok', at })), command: endsAfter, hangs: ['command'] },
  {
    title: 'a stall',
    at: inReply((at) => ({ kind: 'stall', ms: 1200, at })),
    command: complete,
  },
  {
    title: 'closed instead of a reply',
    at: inReply((at) => ({ kind: 'drop', how: 'close', at })),
    command: drops('closed'),
  },
  {
    title: 'reset instead of a reply',
    at: inReply((at) => ({ kind: 'drop', how: 'reset', at })),
    command: drops('closed'),
  },
  {
    title: 'only replies to other clients',
    at: inReply((at) => ({ kind: 'foreign-only', at })),
    command: ends('timeout'),
    hangs: ['command'],
  },
  {
    title: 'login required, without CMD lines',
    at: inReply((at) => ({ kind: 'control-refused', login: 'accepted', bare: true, at })),
    command: complete,
  },
  { title: 'ok without a line ending', at: inReply((at) => ({ kind: 'ok-without-line-end', at })), command: complete },
  { title: 'replies to other clients', at: inReply((at) => ({ kind: 'foreign-blocks', at })), command: complete },
  {
    title: 'login required and accepted',
    at: inReply((at) => ({ kind: 'control-refused', login: 'accepted', at })),
    command: complete,
  },
  {
    title: 'login required and refused',
    at: inReply((at) => ({ kind: 'control-refused', login: 'refused', at })),
    command: costs('denied'),
  },
];

const FAULTS_WITHOUT_STEP: readonly Cell[] = [
  tcpCell('port closed', { kind: 'refuse', side: 'tcp' }, { kind: 'down', code: 'refused' }),
  tcpCell('every read refused', { kind: 'control-refused', login: 'refused' }, { kind: 'down', code: 'denied' }),
  tcpCell('silent until a login', { kind: 'mute-until-login' }, { kind: 'down', code: 'timeout' }, true),
  tcpCell(
    'every read refused in other words',
    { kind: 'control-refused', login: 'refused', bare: true, words: 'Please login first.' },
    { kind: 'down', code: 'denied' },
  ),
  tcpCell('every read requires a login', { kind: 'control-refused', login: 'accepted' }, COMPLETE),
];

function tcpCell(title: string, fault: Fault, outcome: Outcome, hangs = false): Cell {
  return { title: `TCP, ${title}`, protocol: 'tcp', fault, outcome, hangs };
}

export const TCP_CELLS: readonly Cell[] = [
  ...FAULTS_WITHOUT_STEP,
  ...TCP_ROWS.flatMap(({ title, at, connect, command, hangs = [] }) => [
    ...(connect ? [tcpCell(`${title} at connect`, at('connect'), connect, hangs.includes('connect'))] : []),
    ...READ_COMMANDS.map((step) => tcpCell(`${title} at ${step}`, at(step), command(step), hangs.includes('command'))),
  ]),
];

function httpCell(title: string, fault: Fault, outcome: Outcome, hangs = false): Cell {
  return { title: `HTTP, ${title}`, protocol: 'http', fault, outcome, hangs };
}

const down = (code: FailureCode): Outcome => ({ kind: 'down', code });
// In the states `downloading` and `unzipping` the job, fan, speed and offset fields are garbage.
const JOB_FIELDS =
  /^flashforge_(print_(progress_ratio|layers?|elapsed_seconds|remaining_seconds|info|speed_ratio)|z_offset_meters|fan_speed_ratio|filament_estimate_\w+)$/;

export const HTTP_CELLS: readonly Cell[] = [
  httpCell('port closed', { kind: 'refuse', side: 'http' }, down('refused')),
  httpCell('silence at connect', { kind: 'silence', side: 'http', at: 'connect' }, down('timeout'), true),
  httpCell('reset at connect', { kind: 'reset', side: 'http', at: 'connect' }, down('closed')),
  httpCell('reset once at connect', { kind: 'reset-once', side: 'http', at: 'connect' }, COMPLETE),
  httpCell('close at connect', { kind: 'close', side: 'http', at: 'connect' }, down('closed')),
  httpCell('silence', { kind: 'silence', side: 'http' }, down('timeout'), true),
  httpCell('reset in the body', { kind: 'reset', side: 'http' }, down('closed')),
  httpCell('close in the body', { kind: 'close', side: 'http' }, down('closed')),
  httpCell('far too late', { kind: 'late', ms: 60_000, side: 'http' }, down('timeout'), true),
  httpCell('a little late', { kind: 'late', ms: 100, side: 'http' }, COMPLETE),
  httpCell('wrong check code', { kind: 'wrong-code' }, down('auth')),
  httpCell('LAN mode off', { kind: 'lan-mode-off' }, down('lan_mode')),
  httpCell('busy', { kind: 'busy' }, down('busy')),
  httpCell('HTML', { kind: 'html' }, down('protocol')),
  httpCell('half of the JSON', { kind: 'truncated-json' }, down('protocol')),
  httpCell('10 MB', { kind: 'huge-body' }, down('protocol')),
  // Every field is invalid, so the response has no value at all.
  httpCell('wrong types', { kind: 'wrong-types' }, down('protocol')),
  httpCell('garbage at the start of a job', { kind: 'job-start-garbage' }, { kind: 'fields', lost: JOB_FIELDS }),
  httpCell(
    'wild garbage at the start of a job',
    { kind: 'job-start-garbage', variant: 'wild' },
    { kind: 'fields', lost: JOB_FIELDS },
  ),
  httpCell('head too late', { kind: 'slow-head', ms: 60_000 }, down('timeout'), true),
  httpCell('head a little late', { kind: 'slow-head', ms: 100 }, COMPLETE),
  httpCell('body a byte a second', { kind: 'slow-body', intervalMs: 1000 }, down('timeout'), true),
];

/** The kinds of faults in these cells, to compare with the simulator's list. */
export function kindsIn(cells: readonly Cell[]): ReadonlySet<Fault['kind']> {
  return new Set(cells.map(({ fault }) => fault.kind));
}
