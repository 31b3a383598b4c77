// Every fault of the simulator at every step, and what it may cost, by docs/architecture.md#decisions.

import type { FailureCode } from '../../src/printer/errors.ts';
import type { Protocol } from '../../src/printer/snapshot.ts';
import type { Fault } from '../../src/simulator/faults.ts';
import { READ_COMMANDS, type ReadCommand } from '../../src/tcp/commands.ts';

export type Step = 'connect' | ReadCommand;

/** What a fault costs an endpoint that is the only one. */
export type Outcome =
  | { readonly kind: 'complete' }
  /** This side is not read. */
  | { readonly kind: 'down'; readonly code: FailureCode }
  /** It is up, and these parts are missing. */
  | { readonly kind: 'parts'; readonly code: FailureCode; readonly lost: readonly ReadCommand[] }
  /** It is up, and these families are missing: HTTP has no parts. */
  | { readonly kind: 'fields'; readonly lost: RegExp };

export interface Cell {
  readonly title: string;
  readonly protocol: Protocol;
  readonly fault: Fault;
  readonly outcome: Outcome;
  /** Whether only the deadline ends it. */
  readonly hangs: boolean;
}

const COMPLETE: Outcome = { kind: 'complete' };

/** The conversation ends here; what was read before stays. The printer is up when M119 was. */
function ends(code: FailureCode): (step: Step) => Outcome {
  return (step) => {
    if (step === 'connect' || step === 'M119') return { kind: 'down', code };
    return { kind: 'parts', code, lost: READ_COMMANDS.slice(READ_COMMANDS.indexOf(step)) };
  };
}

/** The connection ends at this command, and the rest is read over a new one. */
function drops(code: FailureCode): (step: Step) => Outcome {
  return (step) => (step === 'connect' ? { kind: 'down', code } : { kind: 'parts', code, lost: [step] });
}

/** The reply is missing or unreadable, and the conversation goes on: never a whole printer. */
function costs(code: FailureCode): (step: Step) => Outcome {
  return (step) => ({ kind: 'parts', code, lost: step === 'connect' ? [] : [step] });
}

const complete = (): Outcome => COMPLETE;

/** The reply counts, and the deadline comes before the next command. A known identity needs no M115. */
function endsAfter(step: Step): Outcome {
  const lost = step === 'connect' ? [] : READ_COMMANDS.slice(READ_COMMANDS.indexOf(step) + 1);
  if (step === 'M115') return { kind: 'complete' };
  return { kind: 'parts', code: 'timeout', lost };
}

interface Row {
  readonly title: string;
  readonly at: (step: Step) => Fault;
  /** Undefined if the fault cannot show before a command is sent. */
  readonly connect?: Outcome;
  readonly command: (step: Step) => Outcome;
  readonly hangs?: readonly ('connect' | 'command')[];
}

// A fault at `connect` is the same kind of fault; only the types of the simulator keep the two apart.
const shared = (kind: 'silence' | 'reset' | 'reset-once' | 'close') => (at: Step) =>
  ({ kind, at, side: 'tcp' }) as const;
const unasked = (kind: 'endless-line' | 'flood' | 'garbage', ok?: true) => (at: Step) =>
  ({ kind, at, ...(ok && { ok }) }) as const;
function asked(make: (at: ReadCommand) => Fault): (at: Step) => Fault {
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
  // Asked once more, and the second connection is reset too: the command is left out.
  { title: 'reset', at: shared('reset'), connect: { kind: 'down', code: 'closed' }, command: drops('closed') },
  { title: 'reset once', at: shared('reset-once'), connect: COMPLETE, command: complete },
  { title: 'close', at: shared('close'), connect: { kind: 'down', code: 'closed' }, command: drops('closed') },
  {
    title: 'far too late',
    at: asked((at) => ({ kind: 'late', ms: 60_000, side: 'tcp', at })),
    command: ends('timeout'),
    hangs: ['command'],
  },
  { title: 'a little late', at: asked((at) => ({ kind: 'late', ms: 100, side: 'tcp', at })), command: complete },
  {
    title: 'a byte a second',
    at: asked((at) => ({ kind: 'drip', intervalMs: 1000, at })),
    command: ends('timeout'),
    hangs: ['command'],
  },
  { title: 'byte by byte', at: asked((at) => ({ kind: 'drip', intervalMs: 1, at })), command: complete },
  {
    title: 'a line that never ends',
    at: unasked('endless-line'),
    // The replies come in the midst of it, as among other clients' talk.
    connect: COMPLETE,
    command: ends('protocol'),
  },
  { title: 'lines that never end', at: unasked('flood'), connect: COMPLETE, command: ends('protocol') },
  {
    title: 'garbage',
    at: unasked('garbage'),
    // Its last line runs into the CMD line of M119, which is told all the same.
    connect: COMPLETE,
    // Stops in the middle of a line: the rest is still to come.
    command: ends('timeout'),
    hangs: ['command'],
  },
  // A whole reply that is not understood; before anything was asked it is dropped.
  { title: 'garbage and ok', at: unasked('garbage', true), connect: COMPLETE, command: costs('protocol') },
  // The first read waits for it to the end of its time, here the deadline, and then takes what came.
  { title: 'no ok', at: asked((at) => ({ kind: 'no-ok', at })), command: endsAfter, hangs: ['command'] },
  {
    title: 'a stall',
    at: asked((at) => ({ kind: 'stall', ms: 1200, at })),
    command: complete,
  },
  {
    title: 'closed instead of a reply',
    at: asked((at) => ({ kind: 'drop', how: 'close', at })),
    command: drops('closed'),
  },
  {
    title: 'reset instead of a reply',
    at: asked((at) => ({ kind: 'drop', how: 'reset', at })),
    command: drops('closed'),
  },
  {
    title: 'only replies of others',
    at: asked((at) => ({ kind: 'foreign-only', at })),
    command: ends('timeout'),
    hangs: ['command'],
  },
  {
    title: 'login wanted without CMD lines',
    at: asked((at) => ({ kind: 'control-refused', login: 'accepted', bare: true, at })),
    command: complete,
  },
  { title: 'ok without its line end', at: asked((at) => ({ kind: 'ok-without-line-end', at })), command: complete },
  { title: 'replies of others', at: asked((at) => ({ kind: 'foreign-blocks', at })), command: complete },
  {
    title: 'login wanted and given',
    at: asked((at) => ({ kind: 'control-refused', login: 'accepted', at })),
    command: complete,
  },
  {
    title: 'login wanted and refused',
    at: asked((at) => ({ kind: 'control-refused', login: 'refused', at })),
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
  tcpCell('every read wants a login', { kind: 'control-refused', login: 'accepted' }, COMPLETE),
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
// In `downloading` and `unzipping` the job, fan, speed and offset fields are garbage: none of them.
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
  // Each field costs itself, and none is left: not understood.
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

/** The kinds of fault in these cells, to check that none of the simulator's is missing. */
export function kindsIn(cells: readonly Cell[]): ReadonlySet<Fault['kind']> {
  return new Set(cells.map(({ fault }) => fault.kind));
}
