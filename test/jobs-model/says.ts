// What a printer of a family says at a moment: the words and numbers of its replies, as a Snapshot.
import { mergeSnapshots } from '../../src/printer/merge.ts';
import type { HeaterReading, Snapshot } from '../../src/printer/snapshot.ts';
import { stateFromHttp, stateFromTcp } from '../../src/printer/state.ts';
import type { Family, HttpSide, TcpSide } from './families.ts';
import type { Activity, Moment } from './story.ts';

/** Which sides of the printer answer, and what is left out of their answers. */
export interface Answers {
  readonly tcp: boolean;
  readonly http: boolean;
  /** M27 gets no reply. */
  readonly isM27Silent: boolean;
  /** The name of the file is empty for now. */
  readonly isNameless: boolean;
}

/** Whether the job has stopped and left the printer free. */
function isFree({ activity }: Moment): boolean {
  return activity === 'idle' || activity === 'preheat' || activity === 'fetching';
}

/** MachineStatus and MoveMode. */
function tcpWords({ tcp, waitsForOk }: Family, side: TcpSide, activity: Activity): [string, string] {
  switch (activity) {
    case 'idle':
    case 'preheat':
    case 'fetching':
    case 'cancelled':
    case 'off':
      return ['READY', 'READY'];
    case 'heating':
      return ['BUILDING_FROM_SD', side.showsHeating ? 'WAIT_ON_TOOL' : 'READY'];
    case 'printing':
    case 'tail':
    case 'pausing':
    case 'canceling-in-pause':
      return ['BUILDING_FROM_SD', 'MOVING'];
    case 'paused':
      return side.pausedBy === 'status' ? ['PAUSED', 'READY'] : ['BUILDING_FROM_SD', 'PAUSED'];
    case 'plate':
      if (side.completedWord) return [side.completedWord, 'PAUSED'];
      return waitsForOk ? ['BUILDING_FROM_SD', 'READY'] : ['READY', 'READY'];
    case 'cancelling':
      return [side.cancellingWord ?? 'BUILDING_FROM_SD', 'MOVING'];
    case 'error':
      // A printer with two sides and no word for it on this one stands still.
      return [tcp?.errorWord ?? 'BUILDING_FROM_SD', 'PAUSED'];
  }
}

function httpWord(side: HttpSide, moment: Moment): string {
  switch (moment.activity) {
    case 'idle':
    case 'off':
      return 'ready';
    case 'fetching':
      return side.fetchingWord ?? 'ready';
    case 'preheat':
      return 'heating';
    case 'heating':
      return side.heatingWord;
    case 'printing':
    case 'tail':
      return 'printing';
    case 'pausing':
      return 'pausing';
    case 'canceling-in-pause':
      return 'canceling';
    case 'paused':
      return side.pausedWord;
    case 'plate':
      return 'completed';
    case 'cancelling':
      return side.cancellingWord ?? 'printing';
    case 'cancelled':
      return side.cancelledWord ?? 'ready';
    case 'error':
      return 'error';
  }
}

const STEPS = { percent: 100, perMille: 1000 } as const;

/** The ratio of M27 for so much of a file. */
function counted(side: TcpSide, progress: number, bytes: number): number {
  if (side.counts === 'bytes') return Math.floor(progress * bytes) / bytes;
  const steps = STEPS[side.counts];
  const inSteps = side.rounds ? Math.round(progress * steps) : Math.floor(progress * steps + 1e-9);
  return Math.min(inSteps / steps, side.endsAt);
}

interface Counters {
  readonly ratio: number;
  readonly bytes: number;
}

function m27(side: TcpSide, moment: Moment): Counters | undefined {
  const { activity, job, leftover } = moment;
  if (job && (activity === 'heating' || !isFree(moment))) {
    const isBefore = activity === 'heating' && moment.printed === 0;
    if (isBefore && side.whileHeating === 'last' && leftover) return m27OfLast(side, moment);
    const isOver = activity === 'cancelled' || (activity === 'plate' && side.completedWord === undefined);
    if (isOver && side.afterJob !== 'kept')
      return side.afterJob === 'none' ? undefined : { ratio: 0, bytes: job.bytes };
    return { ratio: counted(side, moment.progress, job.bytes), bytes: job.bytes };
  }
  if (side.afterJob === 'none') return undefined;
  return m27OfLast(side, moment);
}

function m27OfLast(side: TcpSide, { leftover }: Moment): Counters {
  if (!leftover || side.afterJob !== 'kept') return { ratio: 0, bytes: leftover?.job.bytes ?? 0 };
  return { ratio: counted(side, leftover.progress, leftover.job.bytes), bytes: leftover.job.bytes };
}

function tcpSnapshot(family: Family, side: TcpSide, moment: Moment, answers: Answers): Snapshot {
  const [status, moveMode] = tcpWords(family, side, moment.activity);
  const counters = answers.isM27Silent ? undefined : m27(side, moment);
  const file = fileNamed(side.file, moment, answers);
  return {
    state: stateFromTcp(status, moveMode),
    stateProtocol: 'tcp',
    ...(counters && (side.counts !== 'bytes' || counters.bytes > 0) && progressOf(side, counters)),
    ...(file !== undefined && { file, fileProtocol: 'tcp' }),
    heaters: heatersOf(family, moment),
  };
}

function progressOf({ counts }: TcpSide, { ratio, bytes }: Counters): Snapshot {
  const progress = { ratio, protocol: 'tcp', step: 1 / (counts === 'bytes' ? bytes : STEPS[counts]) } as const;
  if (counts !== 'bytes') return { progress };
  // A Finder ends at the total plus one.
  const printed = Math.floor(ratio * bytes);
  return { progress, printBytes: printed >= bytes ? bytes + 1 : printed, printSizeBytes: bytes };
}

function fileNamed(rule: 'none' | 'job' | 'kept', moment: Moment, { isNameless }: Answers): string | undefined {
  if (rule === 'none' || isNameless) return undefined;
  if (moment.job && moment.activity !== 'cancelled') return moment.job.file;
  return rule === 'kept' ? (moment.leftover?.job.file ?? moment.job?.file) : undefined;
}

function httpSnapshot(family: Family, side: HttpSide, moment: Moment, answers: Answers): Snapshot {
  const { activity, job } = moment;
  const common = {
    state: stateFromHttp(httpWord(side, moment)),
    stateProtocol: 'http',
    heaters: heatersOf(family, moment),
  } as const;
  // What it says of the job while it fetches one is garbage, and the reader drops it.
  if (activity === 'fetching') return common;
  const file = fileNamed(side.file, moment, answers);
  const named = { ...common, ...(file !== undefined && { file, fileProtocol: 'http' as const }) };
  const isOver = isFree(moment) || activity === 'cancelled';
  if (isOver || !job) {
    const last = side.afterJob === 'kept' ? moment.leftover : undefined;
    return { ...named, progress: { ratio: last ? fine(last.progress) : 0, protocol: 'http' }, elapsedSeconds: 0 };
  }
  const left = Math.round((job.seconds + job.tailSeconds - moment.printed) * job.estimateFactor);
  const isGone = activity === 'plate' && side.completedProgress === 'none';
  return {
    ...named,
    ...(!isGone && { progress: { ratio: fine(moment.progress), protocol: 'http' } }),
    elapsedSeconds: Math.floor(moment.printed),
    ...(side.tellsTimeLeft && activity !== 'plate' && left > 0 && { remainingSeconds: left }),
  };
}

function fine(progress: number): number {
  return Math.floor(progress * 10_000 + 1e-6) / 10_000;
}

const NOZZLES = ['tool0', 'tool1'] as const;

function heaters(nozzles: number, hasBed: boolean, isHot: boolean): ReadonlyMap<string, HeaterReading> {
  const map = new Map<string, HeaterReading>();
  // A printer with two nozzles mostly prints with the first.
  for (const [index, nozzle] of NOZZLES.slice(0, nozzles).entries()) {
    map.set(nozzle, isHot && index === 0 ? { celsius: 210, targetCelsius: 210 } : { celsius: 60, targetCelsius: 0 });
  }
  if (hasBed) map.set('bed', isHot ? { celsius: 60, targetCelsius: 60 } : { celsius: 40, targetCelsius: 0 });
  return map;
}

// Made once: a run asks for them some millions of times.
const HEATERS = new Map(
  [1, 2].flatMap((nozzles) =>
    [true, false].flatMap((hasBed) =>
      [true, false].map((isHot) => [`${nozzles}${hasBed}${isHot}`, heaters(nozzles, hasBed, isHot)] as const),
    ),
  ),
);

function heatersOf({ nozzles, hasBed }: Family, { isHot }: Moment): ReadonlyMap<string, HeaterReading> {
  return HEATERS.get(`${nozzles}${hasBed}${isHot}`) ?? new Map();
}

/** What the sides that answer say together; nothing when none does. */
export function say(family: Family, moment: Moment, answers: Answers): Snapshot | undefined {
  if (moment.activity === 'off') return undefined;
  const tcp = family.tcp && answers.tcp ? tcpSnapshot(family, family.tcp, moment, answers) : undefined;
  const http = family.http && answers.http ? httpSnapshot(family, family.http, moment, answers) : undefined;
  return tcp || http ? mergeSnapshots(tcp, http) : undefined;
}
