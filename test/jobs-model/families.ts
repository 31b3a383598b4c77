// Families of printers: what each says at each moment of a job, by docs/protocol.md. Nothing here comes from the rules
// that the exporter judges by.

/** What one side of a printer says of a job on port 8899. */
export interface TcpSide {
  /** What the two numbers of M27 count. */
  readonly counts: 'percent' | 'perMille' | 'bytes';
  /** Some firmware rounds, and shows 100 % while the last half percent is still printed. */
  readonly rounds?: true;
  /** The highest ratio it ever shows; a Finder counts one byte too many instead. */
  readonly endsAt: number;
  /** Whether M27 keeps the numbers of the last job while the printer is ready, or shows none of it. */
  readonly afterJob: 'kept' | 'reset' | 'none';
  /** What M27 shows while the next job heats up. */
  readonly whileHeating: 'last' | 'zero';
  /** Whether MoveMode tells heating from printing (WAIT_ON_TOOL). */
  readonly showsHeating: boolean;
  readonly pausedBy: 'status' | 'moveMode';
  readonly cancellingWord?: string;
  /** Shown until the plate is cleared. Without one the printer is READY at once. */
  readonly completedWord?: string;
  /** Shown until somebody confirms the error. */
  readonly errorWord?: string;
  /** Whether CurrentFile names the job, and keeps the name afterwards. */
  readonly file: 'none' | 'job' | 'kept';
}

/** What the other side of it says on port 8898. */
export interface HttpSide {
  readonly heatingWord: string;
  readonly pausedWord: string;
  /** Shown before a job while the printer fetches it. */
  readonly fetchingWord?: string;
  readonly cancellingWord?: string;
  /** Shown until the dialog is closed. Without one the printer is ready at once. */
  readonly cancelledWord?: string;
  readonly completedProgress: 'one' | 'none';
  /** Whether printProgress keeps the last job's value while the printer is ready. */
  readonly afterJob: 'kept' | 'reset';
  readonly file: 'job' | 'kept';
  /** Whether estimatedTime is the time left. */
  readonly tellsTimeLeft: boolean;
}

export interface Family {
  readonly name: string;
  readonly tcp?: TcpSide;
  readonly http?: HttpSide;
  readonly hasBed: boolean;
  readonly nozzles: 1 | 2;
  /** The word stays that of a running job until somebody presses OK. */
  readonly waitsForOk?: true;
  /** The heaters stay on after the end, as on the 5M Pro of test/captures/adventurer5m-pro-v2.4.5-completed. */
  readonly staysHot?: true;
}

const OLD: TcpSide = {
  counts: 'percent',
  endsAt: 1,
  afterJob: 'kept',
  whileHeating: 'last',
  showsHeating: true,
  pausedBy: 'moveMode',
  file: 'none',
};

const HTTP: HttpSide = {
  heatingWord: 'heating',
  pausedWord: 'paused',
  cancellingWord: 'canceling',
  cancelledWord: 'cancel',
  completedProgress: 'one',
  afterJob: 'reset',
  file: 'job',
  tellsTimeLeft: true,
};

// M27 stops at 98 of 100 although the print is complete: test/captures/adventurer5m-pro-v2.4.5-completed.
const ADVENTURER_5M_TCP: TcpSide = {
  ...OLD,
  endsAt: 0.98,
  afterJob: 'reset',
  whileHeating: 'zero',
  completedWord: 'BUILDING_COMPLETED',
  file: 'kept',
};

export const FAMILIES: readonly [Family, ...Family[]] = [
  { name: 'finder', tcp: { ...OLD, counts: 'bytes', showsHeating: false }, hasBed: false, nozzles: 1 },
  { name: 'finder-2', tcp: { ...OLD, counts: 'perMille', showsHeating: false }, hasBed: false, nozzles: 1 },
  { name: 'dreamer', tcp: { ...OLD, counts: 'bytes', afterJob: 'reset' }, hasBed: true, nozzles: 2 },
  { name: 't-rex', tcp: { ...OLD, counts: 'bytes', afterJob: 'none', whileHeating: 'zero' }, hasBed: true, nozzles: 2 },
  { name: 'adventurer-3', tcp: OLD, hasBed: true, nozzles: 1 },
  { name: 'adventurer-3-reset', tcp: { ...OLD, afterJob: 'reset', whileHeating: 'zero' }, hasBed: true, nozzles: 1 },
  {
    name: 'adventurer-3-rounds',
    tcp: { ...OLD, rounds: true, afterJob: 'reset', whileHeating: 'zero' },
    hasBed: true,
    nozzles: 1,
  },
  {
    name: 'adventurer-3-to-99',
    tcp: { ...OLD, endsAt: 0.99, afterJob: 'reset', whileHeating: 'zero' },
    hasBed: true,
    nozzles: 1,
  },
  { name: 'aries', tcp: { ...OLD, whileHeating: 'zero', errorWord: 'ERROR' }, hasBed: true, nozzles: 1 },
  { name: 'waits-for-ok', tcp: OLD, hasBed: true, nozzles: 1, waitsForOk: true },
  {
    name: 'adventurer-4',
    tcp: { ...OLD, afterJob: 'reset', whileHeating: 'zero', file: 'job' },
    hasBed: true,
    nozzles: 1,
  },
  { name: 'guider-2', tcp: { ...OLD, counts: 'perMille' }, hasBed: true, nozzles: 1 },
  {
    name: 'guider-3',
    tcp: { ...OLD, afterJob: 'reset', whileHeating: 'zero', completedWord: 'BUILDING_COMPLETED', file: 'job' },
    hasBed: true,
    nozzles: 1,
  },
  {
    name: 'creator-3',
    tcp: { ...OLD, pausedBy: 'status', cancellingWord: 'CANCEL_BUILD', errorWord: 'HEAT_SHUTDOWN', file: 'kept' },
    hasBed: true,
    nozzles: 2,
  },
  {
    name: 'creator-4',
    tcp: { ...OLD, counts: 'perMille', afterJob: 'reset', whileHeating: 'zero', file: 'job' },
    hasBed: true,
    nozzles: 2,
  },
  { name: '5m-tcp', tcp: ADVENTURER_5M_TCP, hasBed: true, nozzles: 1, staysHot: true },
  { name: '5m-pro-http', http: { ...HTTP, file: 'kept' }, hasBed: true, nozzles: 1 },
  { name: '5m-pro-both', tcp: ADVENTURER_5M_TCP, http: HTTP, hasBed: true, nozzles: 1 },
  // Old firmware: ready at once after a cancel, and the numbers of the last job stay.
  {
    name: '5m-http-terse',
    http: withoutCancelWords({ ...HTTP, completedProgress: 'none', afterJob: 'kept' }),
    hasBed: true,
    nozzles: 1,
  },
  { name: 'ad5x-http', http: { ...HTTP, pausedWord: 'pause', fetchingWord: 'downloading' }, hasBed: true, nozzles: 1 },
  {
    name: 'creator-5',
    http: { ...HTTP, heatingWord: 'printing', pausedWord: 'pause', fetchingWord: 'unzipping', tellsTimeLeft: false },
    hasBed: true,
    nozzles: 2,
  },
];

function withoutCancelWords({ cancellingWord: _, cancelledWord: __, ...side }: HttpSide): HttpSide {
  return side;
}

/** Whether this printer has a word for an error that stops the job. */
export function tellsErrors({ tcp, http }: Family): boolean {
  return http !== undefined || tcp?.errorWord !== undefined;
}
