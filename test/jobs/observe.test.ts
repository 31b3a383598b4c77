import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clocks } from '../../src/jobs/clocks.ts';
import { emptyMemory, isWorthSaving, type JobMemory } from '../../src/jobs/memory.ts';
import { jobMemorySchema } from '../../src/jobs/memory-schema.ts';
import { observe } from '../../src/jobs/observe.ts';
import type { JobReading } from '../../src/jobs/reading.ts';
import { RESULTS } from '../../src/jobs/result.ts';
import { shownProgress, shownStart } from '../../src/jobs/shown-job.ts';
import type { Protocol } from '../../src/printer/snapshot.ts';
import { STATES, type State } from '../../src/printer/state.ts';

const MINUTE = 60;
const HOUR = 3600;

interface Extra {
  readonly fileProtocol?: Protocol;
  readonly isHeatOff?: boolean;
  readonly file?: string;
  readonly elapsedSeconds?: number;
  readonly serial?: string;
}

/** A reading one side alone answered. */
function read(protocol: Protocol, state: State | undefined, ratio?: number, extra: Extra = {}): JobReading {
  return {
    contact: true,
    ...(state !== undefined && { state, stateProtocol: protocol }),
    ...(ratio !== undefined && { progress: { ratio, protocol } }),
    ...extra,
  };
}
const tcp = (state: State | undefined, ratio?: number, extra?: Extra) => read('tcp', state, ratio, extra);
const http = (state: State | undefined, ratio?: number, extra?: Extra) => read('http', state, ratio, extra);
const perMille = (state: State, ratio: number): JobReading => ({
  contact: true,
  state,
  stateProtocol: 'tcp',
  progress: { ratio, protocol: 'tcp', step: 0.001 },
});
const off: JobReading = { contact: false };
/** Ready, and M27 got no reply. */
const silent: JobReading = { contact: true, state: 'ready', stateProtocol: 'tcp', isSilent: true };
const COLD = { isHeatOff: true };
const HOT = { isHeatOff: false };
const A = { file: 'a.gx' };
const B = { file: 'b.gx' };

/** A reading, and the seconds since the one before where it is not 30. */
type Step = JobReading | readonly [gapSeconds: number, reading: JobReading];

interface Sequence {
  readonly name: string;
  readonly steps: readonly Step[];
  /** `result file @number of the reading`, and `+@number` for a start, `(+)@number` for a job found in the middle. */
  readonly expected: string;
}

const T0 = 1_700_000_000;

/** Both clocks of a machine whose time is right. */
const at = (seconds: number): Clocks => ({ wallSeconds: seconds, monotonicSeconds: seconds });

function play(steps: readonly Step[], start: JobMemory | undefined = undefined, from = T0, monotonicFrom = from) {
  let memory = start;
  let now = from;
  let monotonicSeconds = monotonicFrom;
  const marks: string[] = [];
  const ends: number[] = [];
  for (const [index, step] of steps.entries()) {
    const [gap, reading] = 'contact' in step ? [30, step] : step;
    now += index === 0 ? 0 : gap;
    // Time goes on while a clock is set back.
    monotonicSeconds += index === 0 ? 0 : gap > 0 ? gap : 30;
    const seen = observe(memory, reading, { wallSeconds: now, monotonicSeconds });
    memory = seen.memory;
    for (const { result, file, endSeconds } of seen.events) {
      marks.push(`${result}${file && ` ${file}`} @${index}`);
      ends.push(endSeconds - from);
    }
    if (seen.started) marks.push(memory.job?.startSeconds === undefined ? `(+)@${index}` : `+@${index}`);
  }
  return { memory: memory ?? emptyMemory(), marks: marks.join(', '), ends, now };
}

const times = (count: number, step: Step): readonly Step[] => Array.from({ length: count }, () => step);
/** Printing from one percentage to another, a percent a reading. */
const printing = (side: typeof tcp, from: number, to: number, gap = 30, extra: Extra = {}): readonly Step[] =>
  Array.from({ length: to - from + 1 }, (_, index) => [gap, side('printing', (from + index) / 100, extra)] as const);

const sequences: readonly Sequence[] = [
  // Baseline
  { name: 'restart in a completed state', steps: [http('completed', 1, A), http('completed', 1, A)], expected: '' },
  { name: 'first reading ready', steps: [tcp('ready', 1), tcp('ready', 1)], expected: '' },
  { name: 'first reading cancelling, then ready', steps: [http('cancelling', 0.4), http('ready')], expected: '' },
  { name: 'first reading error', steps: [tcp('error'), tcp('ready')], expected: '' },
  {
    name: 'found in the middle, completed',
    steps: [...printing(http, 50, 60, 30, A), http('completed', 1, A)],
    expected: '(+)@0, completed a.gx @11',
  },
  {
    name: 'found in the middle, progress never moves, ready',
    steps: [tcp('printing', 0.5), tcp('printing', 0.5), tcp('ready', 0.5)],
    expected: '(+)@0, unknown @2',
  },
  {
    name: 'found in the middle, ready at 100/100',
    steps: [tcp('printing', 0.5), tcp('ready', 1)],
    expected: '(+)@0, completed @1',
  },
  {
    name: 'found at 99 %, which never moves, ready',
    steps: [tcp('printing', 0.99), tcp('ready', 0.99)],
    expected: '(+)@0, unknown @1',
  },
  {
    name: 'a first reading without news is no baseline',
    steps: [tcp(undefined), tcp('unknown'), tcp('busy'), tcp('printing', 0.3)],
    expected: '(+)@3',
  },
  {
    name: 'off at first, then printing: found in the middle',
    steps: [off, off, tcp('printing', 0.3)],
    expected: '(+)@2',
  },

  // Start
  { name: 'ready to printing', steps: [tcp('ready'), tcp('printing', 0)], expected: '+@1' },
  { name: 'ready to paused', steps: [http('ready'), http('paused', 0.1, A)], expected: '+@1' },
  { name: 'heating over TCP', steps: [tcp('ready'), tcp('heating', 0)], expected: '+@1' },
  { name: 'heating over HTTP with a file', steps: [http('ready'), http('heating', 0, A)], expected: '+@1' },
  {
    name: 'a manual preheat over HTTP is no job',
    steps: [http('ready'), ...times(5, http('heating', 0)), http('ready')],
    expected: '',
  },
  { name: 'a blank file name is no file', steps: [http('ready'), http('heating', 0, { file: ' ' })], expected: '' },
  {
    name: 'a preheat that becomes a job starts with printing',
    steps: [http('ready'), http('heating', 0), http('printing', 0, A)],
    expected: '+@2',
  },
  {
    name: 'busy and unknown start nothing',
    steps: [tcp('ready'), tcp('busy'), tcp('unknown'), tcp(undefined)],
    expected: '',
  },

  // End by a state that says so
  {
    name: 'completed for days is one end',
    steps: [tcp('ready'), ...printing(tcp, 0, 99), ...times(200, [HOUR, tcp('completed', 1)] as const)],
    expected: '+@1, completed @101',
  },
  {
    name: 'cancel, cancelled, ready',
    steps: [
      http('ready'),
      ...printing(http, 0, 9, 30, A),
      http('cancelling', 0.09, A),
      http('cancelled', 0, A),
      http('ready'),
    ],
    expected: '+@1, cancelled a.gx @12',
  },
  {
    name: 'cancel then error',
    steps: [
      http('ready'),
      ...printing(http, 0, 9, 30, A),
      http('cancelling', 0.09, A),
      http('error', 0.09, A),
      http('ready'),
    ],
    expected: '+@1, failed a.gx @13',
  },
  {
    name: 'error then going on to the end',
    steps: [
      tcp('ready'),
      ...printing(tcp, 0, 40, 30, A),
      tcp('error', 0.4, A),
      ...printing(tcp, 40, 100, 30, A),
      tcp('completed', 1, A),
      tcp('ready', 1),
    ],
    expected: '+@1, completed a.gx @104',
  },
  {
    name: 'error, then another file',
    steps: [tcp('ready'), ...printing(tcp, 0, 40, 30, A), tcp('error', 0.4, A), ...printing(tcp, 41, 43, 30, B)],
    expected: '+@1, failed a.gx @43, +@43',
  },
  {
    name: 'error, then another file heats at the progress of the last',
    steps: [tcp('ready'), ...printing(tcp, 0, 40, 30, A), tcp('error', 0.4, A), tcp('heating', 0.4, B)],
    expected: '+@1, failed a.gx @43, +@43',
  },
  {
    name: 'error while heating, then another file heats',
    steps: [http('ready'), http('heating', 0, A), http('error', 0, A), http('heating', 0, A), http('heating', 0, B)],
    expected: '+@1, failed a.gx @4, +@4',
  },
  {
    name: 'error, then a manual preheat and the same file going on',
    steps: [
      http('ready'),
      ...printing(http, 0, 4, 30, A),
      http('error', 0.04),
      http('heating', 0),
      http('printing', 0.04, A),
    ],
    expected: '+@1',
  },
  {
    name: 'error, then the same file from the beginning',
    steps: [tcp('ready'), ...printing(tcp, 0, 40, 30, A), tcp('error', 0.4, A), ...printing(tcp, 0, 2, 30, A)],
    expected: '+@1, failed a.gx @43, +@43',
  },
  {
    name: 'error, ready, then the same file at no lower progress is a new job',
    steps: [tcp('ready'), ...printing(tcp, 0, 40), tcp('error', 0.4), tcp('ready', 0.4), tcp('printing', 0.4)],
    expected: '+@1, failed @43, +@44',
  },
  {
    name: 'the file is named only at the end',
    steps: [tcp('printing', 0.1), tcp('printing', 0.2), tcp('completed', 1, A)],
    expected: '(+)@0, completed a.gx @2',
  },
  {
    name: 'completed, then the same file below 1 without a ready in between',
    steps: [http('ready'), ...printing(http, 0, 50, 30, A), http('completed', 0.5, A), http('printing', 0.6, A)],
    expected: '+@1, completed a.gx @52, +@53',
  },
  {
    name: 'completed flickers at 100 %',
    steps: [
      http('ready'),
      ...printing(http, 90, 100, 30, A),
      http('completed', 1, A),
      http('printing', 1, A),
      http('printing', undefined, A),
      http('completed', 1, A),
    ],
    expected: '+@1, completed a.gx @12',
  },

  // Ready
  {
    name: '(a) ready at 100/100',
    steps: [tcp('ready'), ...printing(tcp, 0, 97), tcp('ready', 1), tcp('ready', 1)],
    expected: '+@1, completed @99',
  },
  {
    name: '(b) ready at 40 %',
    steps: [tcp('ready'), ...printing(tcp, 0, 40), tcp('ready', 0.4)],
    expected: '+@1, cancelled @42',
  },
  {
    name: '(b) ready at 98 %, still shown',
    steps: [tcp('ready'), ...printing(tcp, 0, 98), tcp('ready', 0.98)],
    expected: '+@1, cancelled @100',
  },
  {
    name: '(c) gone after 99 %',
    steps: [tcp('ready'), ...printing(tcp, 0, 99), tcp('ready')],
    expected: '+@1, completed @101',
  },
  {
    name: '(c) an end at 98/100 with reads a minute apart, progress gone',
    steps: [tcp('ready'), ...printing(tcp, 0, 98, MINUTE), [MINUTE, tcp('ready')]],
    expected: '+@1, completed @100',
  },
  {
    name: '(c) an end at 98/100 with reads a minute apart, progress reset',
    steps: [tcp('ready'), ...printing(tcp, 0, 98, MINUTE), [MINUTE, tcp('ready', 0)]],
    expected: '+@1, completed @100',
  },
  {
    name: '(c) at 96 % the pace does not reach the end in a minute',
    steps: [tcp('ready'), ...printing(tcp, 0, 96, MINUTE), [MINUTE, tcp('ready', 0)]],
    expected: '+@1, cancelled @98',
  },
  {
    name: '(c) the pace reaches the end, in a gap of 120 s',
    steps: [tcp('ready'), ...printing(tcp, 0, 97, MINUTE), [120, tcp('ready')]],
    expected: '+@1, completed @99',
  },
  {
    name: '(c) the pace reaches the end, in a longer gap',
    steps: [tcp('ready'), ...printing(tcp, 0, 97, MINUTE), [331, tcp('ready')]],
    expected: '+@1, unknown @99',
  },
  {
    name: '(c) no reads from 50 % to ready, long enough for the rest',
    steps: [tcp('ready'), ...printing(tcp, 0, 50, MINUTE), [HOUR, tcp('ready')]],
    expected: '+@1, unknown @52',
  },
  {
    name: '(c) no reads from 50 % to ready, too short for the rest',
    steps: [tcp('ready'), ...printing(tcp, 0, 50, MINUTE), [20 * MINUTE, tcp('ready')]],
    expected: '+@1, cancelled @52',
  },
  {
    name: '(a) no reads from 50 % to ready at 100/100',
    steps: [tcp('ready'), ...printing(tcp, 0, 50, MINUTE), [HOUR, tcp('ready', 1)]],
    expected: '+@1, completed @52',
  },
  {
    name: '(d) a USB print without progress',
    steps: [tcp('ready'), ...times(50, tcp('printing')), tcp('ready')],
    expected: '+@1, unknown @51',
  },
  {
    name: '(d) an old model starts with the last 100/100 and is cancelled while heating',
    steps: [tcp('ready', 1), ...times(5, tcp('heating', 1)), tcp('ready', 1)],
    expected: '+@1, cancelled @6',
  },
  {
    name: 'an old model starts with the last 100/100 and is cancelled while printing',
    steps: [tcp('ready', 1), tcp('heating', 1), ...printing(tcp, 0, 30), tcp('ready', 0.3)],
    expected: '+@1, cancelled @33',
  },
  {
    name: '(d) the last 100/100 is reset by the ready reading',
    steps: [tcp('ready', 1), tcp('heating', 1), tcp('ready', 0)],
    expected: '+@1, cancelled @2',
  },
  {
    name: 'printing, busy, ready',
    steps: [tcp('ready'), ...printing(tcp, 0, 20), ...times(3, tcp('busy')), tcp('ready', 0.2)],
    expected: '+@1, cancelled @25',
  },
  {
    name: 'busy, unknown and no state end nothing',
    steps: [
      tcp('ready'),
      ...printing(tcp, 0, 20),
      tcp('busy'),
      tcp('unknown'),
      tcp(undefined),
      ...printing(tcp, 21, 22),
    ],
    expected: '+@1',
  },
  {
    name: 'a pause over an hour is no gap and no pace',
    steps: [
      tcp('ready'),
      ...printing(tcp, 0, 98, MINUTE),
      ...times(130, tcp('paused', 0.98)),
      [MINUTE, tcp('printing', 0.98)],
      [MINUTE, tcp('ready')],
    ],
    expected: '+@1, completed @231',
  },
  {
    name: 'a pause over an hour without progress is no gap and no pace either',
    steps: [
      tcp('ready'),
      ...printing(tcp, 0, 98, MINUTE),
      ...times(130, tcp('paused')),
      [MINUTE, tcp('printing', 0.98)],
      [MINUTE, tcp('ready')],
    ],
    expected: '+@1, completed @231',
  },
  {
    name: 'an hour out of reach is no pace',
    steps: [
      tcp('ready'),
      ...printing(tcp, 0, 50, MINUTE),
      ...times(120, off),
      ...printing(tcp, 51, 98, MINUTE),
      [MINUTE, tcp('ready')],
    ],
    expected: '+@1, completed @220',
  },
  {
    name: 'the fall of the last 100/100 is no pace',
    steps: [tcp('ready', 1), tcp('printing', 1), ...printing(tcp, 0, 98, MINUTE), [MINUTE, tcp('ready')]],
    expected: '+@1, completed @101',
  },
  {
    name: 'a pause over an hour without progress, then ready',
    steps: [tcp('ready'), ...printing(tcp, 0, 60, MINUTE), ...times(130, tcp('paused')), tcp('ready')],
    expected: '+@1, cancelled @192',
  },

  // Heat
  {
    name: 'an old model waits for OK: the second reading with the heat off is the end, for ever',
    steps: [
      tcp('ready', 1),
      ...printing(tcp, 0, 99, 30, HOT),
      ...times(50, [HOUR, tcp('printing', 1, COLD)] as const),
      tcp('ready', 1),
    ],
    expected: '+@1, completed @102',
  },
  {
    name: 'the heat off once, and on again, is no end',
    steps: [tcp('ready'), ...printing(tcp, 0, 99), tcp('printing', 0.99, COLD), tcp('printing', 0.99, HOT)],
    expected: '+@1',
  },
  {
    name: 'the heat off in a pause at 99 % is no end',
    steps: [tcp('ready'), ...printing(tcp, 0, 99), ...times(5, tcp('paused', 0.99, COLD)), tcp('printing', 0.99, HOT)],
    expected: '+@1',
  },
  {
    name: 'out of reach in a pause at 99 % with the heat off is no end',
    steps: [tcp('ready'), ...printing(tcp, 0, 99), tcp('paused', 0.99, COLD), ...times(5, off)],
    expected: '+@1',
  },
  {
    name: 'the heat off at 97 %, then ready without progress: a cancel parks before it is ready',
    steps: [tcp('ready'), ...printing(tcp, 0, 97, 30, HOT), tcp('printing', 0.97, COLD), tcp('ready', 0)],
    expected: '+@1, cancelled @100',
  },
  {
    name: 'hot at 99 % seconds before it is ready without progress, with minutes left by the pace',
    steps: [tcp('ready'), ...printing(tcp, 0, 99, 9 * MINUTE, HOT), [5, tcp('ready', 0)]],
    expected: '+@1, unknown @101',
  },
  {
    name: 'ready at 99 of 100, on a printer never seen to end',
    steps: [tcp('ready'), ...printing(tcp, 0, 99), tcp('ready', 0.99)],
    expected: '+@1, unknown @101',
  },
  {
    name: 'ready at 99 of 100, on a printer that ended at 100 before',
    steps: [tcp('ready'), ...printing(tcp, 0, 100), tcp('ready', 1), ...printing(tcp, 0, 99), tcp('ready', 0.99)],
    expected: '+@1, completed @102, +@103, cancelled @203',
  },
  {
    name: 'ready at 994 of 1000',
    steps: [
      tcp('ready'),
      ...[0.992, 0.993, 0.994].map((ratio) => perMille('printing', ratio)),
      perMille('ready', 0.994),
    ],
    expected: '+@1, cancelled @4',
  },

  // A job that nobody read
  {
    name: 'ready, then completed',
    steps: [http('ready'), http('completed', 1, { ...A, elapsedSeconds: 300 }), http('completed', 1, A)],
    expected: 'completed a.gx @1',
  },
  {
    name: 'out of reach over the whole job',
    steps: [http('ready'), ...times(50, off), http('cancelled', 0.4, A), http('ready')],
    expected: 'cancelled a.gx @51',
  },
  {
    name: 'completed again after a ready in between, the same file and time',
    steps: [
      http('ready'),
      ...printing(http, 0, 100, 30, { ...A, elapsedSeconds: 300 }),
      http('completed', 1, { ...A, elapsedSeconds: 300 }),
      http('ready'),
      http('completed', 1, { ...A, elapsedSeconds: 300 }),
    ],
    expected: '+@1, completed a.gx @102',
  },
  {
    name: 'completed, and then completed of another file',
    steps: [http('ready'), ...printing(http, 0, 9, 30, A), http('completed', 1, A), http('completed', 1, B)],
    expected: '+@1, completed a.gx @11, completed b.gx @12',
  },
  {
    name: 'a counter that fills up while an old model is ready',
    steps: [tcp('ready', 0.4), tcp('ready', 0.4), tcp('ready', 1), tcp('ready', 1)],
    expected: 'completed @2',
  },
  {
    name: 'the other side says completed: no news of a job',
    steps: [http('ready'), tcp('completed', 1, A)],
    expected: '',
  },

  // By hand
  {
    name: 'a manual preheat of a printer that still names the last file',
    steps: [http('ready', 0, A), ...times(5, http('heating', 0, A)), http('ready', 0, A)],
    expected: '',
  },
  {
    name: 'a manual preheat whose file only TCP names',
    steps: [http('ready'), ...times(5, http('heating', 0, { ...A, fileProtocol: 'tcp' })), http('ready')],
    expected: '',
  },

  // Another job, the end unseen
  {
    name: 'two jobs of one file name, a ready in between',
    steps: [
      tcp('ready'),
      ...printing(tcp, 0, 100, 30, A),
      tcp('ready', 1, A),
      tcp('heating', 1, A),
      ...printing(tcp, 0, 100, 30, A),
      tcp('completed', 1, A),
    ],
    expected: '+@1, completed a.gx @102, +@103, completed a.gx @205',
  },
  {
    name: 'two jobs of one file name, completed in between',
    steps: [http('ready'), ...printing(http, 90, 100, 30, A), http('completed', 1, A), ...printing(http, 0, 5, 30, A)],
    expected: '+@1, completed a.gx @12, +@13',
  },
  {
    name: 'two jobs of one file name, nothing in between: progress falls',
    steps: [tcp('ready'), ...printing(tcp, 50, 99, 30, A), ...printing(tcp, 0, 5, 30, A)],
    expected: '+@1, completed a.gx @51, +@51',
  },
  {
    name: 'own progress falls by 0.10',
    steps: [tcp('ready'), ...printing(tcp, 0, 50), tcp('printing', 0.4)],
    expected: '+@1, cancelled @52, +@52',
  },
  {
    name: 'own progress falls by 0.09',
    steps: [tcp('ready'), ...printing(tcp, 0, 50), tcp('printing', 0.41)],
    expected: '+@1',
  },
  {
    name: 'progress that is not own yet falls',
    steps: [tcp('ready', 0.7), tcp('printing', 0.7), tcp('printing', 0)],
    expected: '+@1',
  },
  {
    name: 'progress is 0 while it heats again',
    steps: [tcp('ready'), ...printing(tcp, 0, 50), tcp('heating', 0), tcp('printing', 0.5)],
    expected: '+@1',
  },
  {
    name: 'progress falls behind a heating in between',
    steps: [tcp('ready'), ...printing(tcp, 0, 50), tcp('heating', 0), tcp('printing', 0.01)],
    expected: '+@1, cancelled @53, +@53',
  },
  {
    name: 'elapsed falls by 61 s',
    steps: [
      http('ready'),
      http('printing', 0.3, { elapsedSeconds: 100 }),
      http('printing', 0.31, { elapsedSeconds: 39 }),
    ],
    expected: '+@1, unknown @2, +@2',
  },
  {
    name: 'elapsed falls by 60 s',
    steps: [
      http('ready'),
      http('printing', 0.3, { elapsedSeconds: 100 }),
      http('printing', 0.31, { elapsedSeconds: 40 }),
    ],
    expected: '+@1',
  },
  {
    name: 'the file changes',
    steps: [http('ready'), ...printing(http, 0, 20, 30, A), http('printing', 0.2, B)],
    expected: '+@1, cancelled a.gx @22, +@22',
  },
  {
    name: 'an empty name is no change',
    steps: [http('ready'), ...printing(http, 0, 20, 30, A), http('printing', 0.2), http('printing', 0.21, A)],
    expected: '+@1',
  },
  {
    name: 'while heating the last file may still be named',
    steps: [
      http('ready'),
      http('heating', 0, A),
      http('printing', 0, B),
      http('printing', 0.01, B),
      http('completed', 1, B),
    ],
    expected: '+@1, completed b.gx @4',
  },
  {
    name: 'a name from the other side is no change',
    steps: [
      http('ready'),
      ...printing(http, 0, 20, 30, A),
      tcp('printing', 0.2, { file: '/data/a.gx' }),
      http('printing', 0.2, A),
    ],
    expected: '+@1',
  },
  {
    name: 'HTTP 0.256 then TCP 18/100 then HTTP again',
    steps: [
      http('ready'),
      http('printing', 0.25),
      http('printing', 0.256),
      tcp('printing', 0.18),
      http('printing', 0.257),
    ],
    expected: '+@1',
  },
  {
    name: 'TCP takes over, and only its own movement counts',
    steps: [http('ready'), ...printing(http, 0, 30), tcp('printing', 0.18), tcp('printing', 0.18), tcp('ready', 0.18)],
    expected: '+@1, cancelled @34',
  },
  {
    name: 'HTTP saw 99.5 %, TCP answers ready at 98/100',
    steps: [
      http('ready'),
      tcp('printing', 0.97),
      tcp('printing', 0.98),
      http('printing', 0.99),
      http('printing', 0.995),
      tcp('ready', 0.98),
    ],
    expected: '+@1, unknown @5',
  },

  // Contact lost
  {
    name: 'off at 100 % with the heat off',
    steps: [tcp('ready'), ...printing(tcp, 90, 99), tcp('printing', 1, COLD), ...times(102, off), tcp('ready', 0)],
    expected: '+@1, completed @13',
  },
  {
    name: 'off at 100 %, hot',
    steps: [tcp('ready'), ...printing(tcp, 90, 100, 30, HOT), ...times(102, off), tcp('ready', 0)],
    expected: '+@1, unknown @114',
  },
  {
    name: 'two failed readings within 60 s are not yet lost contact',
    steps: [tcp('ready'), ...printing(tcp, 90, 99), [29, off], [30, off], tcp('printing', 0.99)],
    expected: '+@1',
  },
  {
    name: 'one failed reading is not lost contact',
    steps: [tcp('ready'), ...printing(tcp, 90, 99), [HOUR, off], tcp('printing', 0.99)],
    expected: '+@1',
  },
  {
    name: 'off at the last 100/100 that never moved',
    steps: [tcp('ready', 1), tcp('heating', 1), ...times(10, off)],
    expected: '+@1',
  },
  {
    name: 'off at 50 %: no outcome',
    steps: [tcp('ready'), ...printing(tcp, 0, 50), ...times(500, off)],
    expected: '+@1',
  },
  {
    name: 'off at 50 % and back at 55 %',
    steps: [
      tcp('ready'),
      ...printing(tcp, 0, 50, 30, A),
      ...times(10, off),
      ...printing(tcp, 55, 100, 30, A),
      tcp('completed', 1),
    ],
    expected: '+@1, completed a.gx @108',
  },
  {
    name: 'off at 50 % and back with another file',
    steps: [tcp('ready'), ...printing(tcp, 0, 50, 30, A), ...times(10, off), tcp('printing', 0.6, B)],
    expected: '+@1, cancelled a.gx @62, (+)@62',
  },
  {
    name: 'off at 50 % and back READY at 100/100',
    steps: [tcp('ready'), ...printing(tcp, 0, 50), ...times(10, off), tcp('ready', 1)],
    expected: '+@1, completed @62',
  },
  {
    name: 'off at 50 % and back READY without progress',
    steps: [tcp('ready'), ...printing(tcp, 0, 50), ...times(10, off), tcp('busy'), tcp('ready', 0)],
    expected: '+@1, cancelled @63',
  },
  {
    name: 'one failed reading, then ready without progress',
    steps: [tcp('ready'), ...printing(tcp, 0, 50), off, tcp('ready', 0)],
    expected: '+@1, cancelled @53',
  },
  {
    name: 'lost contact is forgotten once the job goes on',
    steps: [tcp('ready'), ...printing(tcp, 0, 50), ...times(10, off), ...printing(tcp, 55, 56), tcp('ready', 0)],
    expected: '+@1, cancelled @64',
  },
  {
    name: 'flapping contact near the end is one outcome',
    steps: [
      tcp('ready'),
      ...printing(http, 90, 99, 30, A),
      ...times(4, off),
      http('printing', 0.999, { ...A, ...COLD }),
      ...times(4, off),
      http('printing', 0.9995, { ...A, ...COLD }),
      ...times(4, off),
      http('completed', 1, A),
    ],
    expected: '+@1, completed a.gx @17',
  },
  {
    name: 'flapping contact all along',
    steps: [tcp('ready'), ...printing(tcp, 0, 80).flatMap((step) => [step, off, off, off]), tcp('ready', 1)],
    expected: '+@1, completed @325',
  },
  {
    name: 'flapping between printing and busy',
    steps: [
      tcp('ready'),
      ...printing(tcp, 0, 99).flatMap((step) => [step, tcp('busy', 1), tcp('unknown')]),
      tcp('completed', 1),
    ],
    expected: '+@1, completed @301',
  },

  // Another printer, another time
  {
    name: 'another serial is a new baseline',
    steps: [
      tcp('ready', 1, { serial: 'SN1' }),
      ...printing(tcp, 0, 50),
      tcp('ready', 0, { serial: 'SN2' }),
      tcp('printing', 0.3, { serial: 'SN2' }),
      tcp('printing', 0.3, { serial: 'SN1' }),
    ],
    expected: '+@1, +@53, (+)@54',
  },
  {
    name: 'the same serial in another spelling is no other printer',
    steps: [tcp('ready', 1, { serial: 'SNMO1' }), ...printing(tcp, 0, 50), http('ready', 1, { serial: 'mo1' })],
    expected: '+@1, cancelled @52',
  },
  {
    name: 'ready, and M27 is silent for ever: the second time ends the job',
    steps: [tcp('ready'), ...printing(tcp, 0, 50), ...times(4, silent)],
    expected: '+@1, cancelled @53',
  },
  {
    name: 'M27 silent after 99 %',
    steps: [tcp('ready'), ...printing(tcp, 0, 99), silent, silent],
    expected: '+@1, completed @102',
  },
  {
    name: 'M27 silent, and the pace to the first ready counts',
    steps: [tcp('ready'), ...printing(tcp, 0, 97, MINUTE), [MINUTE, silent], [MINUTE, silent]],
    expected: '+@1, unknown @100',
  },
  {
    name: 'M27 silent, and the gap to the first ready counts',
    steps: [tcp('ready'), ...printing(tcp, 0, 98, MINUTE), [MINUTE, silent], [HOUR, silent]],
    expected: '+@1, completed @101',
  },
  {
    name: 'M27 silent without any progress before',
    steps: [tcp('ready'), tcp('printing'), silent, silent],
    expected: '+@1, unknown @3',
  },
  {
    name: 'M27 silent once, then it tells',
    steps: [tcp('ready'), ...printing(tcp, 0, 90), silent, tcp('ready', 1)],
    expected: '+@1, completed @93',
  },
  {
    name: 'M27 silent, a failed reading and one without news in between',
    steps: [tcp('ready'), ...printing(tcp, 0, 50), silent, off, tcp('busy'), silent],
    expected: '+@1, cancelled @55',
  },
  {
    name: 'M27 silent, then the next job',
    steps: [
      tcp('ready'),
      ...printing(tcp, 0, 50, 30, A),
      silent,
      tcp('heating', 0.5, A),
      ...printing(tcp, 0, 2, 30, A),
    ],
    expected: '+@1, cancelled a.gx @53, +@53',
  },
  {
    name: 'M27 silent in every ready: the first is a baseline, and each job has its end',
    steps: [silent, ...printing(tcp, 0, 5), silent, silent, ...printing(tcp, 0, 5), silent, silent],
    expected: '+@1, cancelled @8, +@9, cancelled @16',
  },
  {
    name: 'M27 silent while it prints is no end',
    steps: [tcp('ready'), ...printing(tcp, 0, 5), { ...silent, state: 'printing' }, tcp('printing', 0.06)],
    expected: '+@1',
  },
  {
    name: 'the clock goes back, and the gap is 0',
    steps: [tcp('ready'), ...printing(tcp, 0, 97, MINUTE), [-HOUR, tcp('ready')]],
    expected: '+@1, cancelled @99',
  },
  {
    name: 'the clock goes back in mid-print, and the pace stays',
    steps: [
      tcp('ready'),
      ...printing(tcp, 0, 50, MINUTE),
      [-5000, tcp('printing', 0.51)],
      ...printing(tcp, 52, 96, MINUTE),
      [MINUTE, tcp('ready')],
    ],
    expected: '+@1, cancelled @98',
  },
  {
    name: 'the clock goes back while the printer is off at 100 %',
    steps: [tcp('ready'), ...printing(tcp, 90, 99), tcp('printing', 1, COLD), [-HOUR, off], off, off, off],
    expected: '+@1, completed @13',
  },
];

describe('job sequences', () => {
  it.each(sequences)('$name', ({ steps, expected }) => {
    expect(play(steps).marks).toBe(expected);
  });

  it.each(sequences)('restarted after every reading: $name', ({ steps, expected }) => {
    let memory: JobMemory | undefined;
    let now = T0;
    let monotonicSeconds = T0;
    const marks: string[] = [];
    for (const [index, step] of steps.entries()) {
      const [gap, reading] = 'contact' in step ? [30, step] : step;
      now += index === 0 ? 0 : gap;
      monotonicSeconds += index === 0 ? 0 : gap > 0 ? gap : 30;
      const part = play([reading], memory, now, monotonicSeconds);
      memory = jobMemorySchema.parse(JSON.parse(JSON.stringify(part.memory)));
      if (part.marks) marks.push(part.marks.replaceAll('@0', `@${index}`));
    }
    expect(marks.join(', ')).toBe(expected);
  });
});

describe('what is kept', () => {
  it('counts and remembers the last end of each result, also after another serial', () => {
    const { memory } = play([
      tcp('ready', 1, { serial: 'SN1' }),
      ...printing(tcp, 0, 3, 30, A),
      tcp('cancelling', 0.03, A),
      tcp('ready'),
      ...printing(tcp, 0, 3, 30, B),
      tcp('completed', 1, B),
      tcp('ready', 1, { serial: 'SN2' }),
    ]);
    expect(memory.totals).toStrictEqual({ completed: 1, cancelled: 1, failed: 0, unknown: 0 });
    expect(memory.lastEnds).toStrictEqual({
      cancelled: { timestampSeconds: T0 + 6 * 30, file: 'a.gx', durationSeconds: 5 * 30 },
      completed: { timestampSeconds: T0 + 11 * 30, file: 'b.gx', durationSeconds: 4 * 30 },
    });
  });

  it('ends a job that lost contact at its last contact', () => {
    const { ends } = play([tcp('printing', 0.98), tcp('printing', 0.99, COLD), off, off, off]);
    expect(ends).toStrictEqual([30]);
  });

  it('ends any other job at the reading that saw it', () => {
    const { ends } = play([tcp('printing', 0.5), tcp('printing', 0.51), off, off, off, tcp('ready', 1)]);
    expect(ends).toStrictEqual([150]);
  });

  it('ends a job at the first reading that was ready, also where M27 was silent then', () => {
    const before = [tcp('ready'), ...printing(tcp, 0, 5)];
    expect(play([...before, silent, silent]).ends).toStrictEqual([7 * 30]);
    expect(play([...before, silent, tcp('ready', 1)]).ends).toStrictEqual([7 * 30]);
    expect(play([...before, silent, tcp('printing', 0)]).ends).toStrictEqual([7 * 30]);
    // Never in the future, also when the clock was set back.
    expect(play([...before, silent, [-HOUR, silent]]).ends).toStrictEqual([7 * 30 - HOUR]);
  });

  it('keeps the start time of a job that goes on after its outcome', () => {
    const { memory } = play([tcp('ready'), ...printing(tcp, 0, 5), tcp('error', 0.05), tcp('printing', 0.06)]);
    expect(memory.job?.startSeconds).toBe(T0 + 30);
  });

  it('judges a reading after a restart with the true gap', () => {
    const before = play([tcp('ready'), ...printing(tcp, 0, 97, MINUTE)]);
    expect(play([tcp('ready')], before.memory, before.now + 20).marks).toBe('cancelled @0');
    expect(play([tcp('ready')], before.memory, before.now + 60).marks).toBe('unknown @0');
    expect(play([tcp('ready')], before.memory, before.now + 120).marks).toBe('completed @0');
    expect(play([tcp('ready')], before.memory, before.now + HOUR).marks).toBe('unknown @0');
  });

  it('changes nothing while a printer stays off', () => {
    const { memory, now } = play([tcp('printing', 0.5), tcp('printing', 0.6), off, off, off]);
    expect(observe(memory, off, at(now + HOUR)).memory).toStrictEqual(memory);
  });

  it('is worth saving for more than the time of an idle printer', () => {
    const idle = play([tcp('ready')]);
    const running = play([tcp('printing', 0.5)]);
    expect(isWorthSaving(undefined, idle.memory)).toBe(true);
    expect(isWorthSaving(idle.memory, play([tcp('ready'), tcp('ready')]).memory)).toBe(false);
    expect(isWorthSaving(idle.memory, play([tcp('ready'), off]).memory)).toBe(true);
    expect(isWorthSaving(running.memory, play([tcp('printing', 0.5), tcp('busy')]).memory)).toBe(true);
  });

  it('cuts file names that go on for ever', () => {
    const { memory } = play([tcp('printing', 0.5, { file: 'x'.repeat(10_000) })]);
    expect(memory.job?.file).toHaveLength(256);
  });
});

describe('what a print took', () => {
  const durations = (steps: readonly Step[]) => {
    const { completed } = play(steps).memory.lastEnds;
    return completed?.durationSeconds;
  };
  const print = (side: typeof tcp, middle: Step, extra: Extra = {}): readonly Step[] => [
    side('ready'),
    ...printing(side, 0, 50, MINUTE, extra),
    middle,
    ...printing(side, 52, 99, MINUTE, extra),
    [MINUTE, side('completed', 1)],
  ];

  it('is what passed from the start that was seen, pauses included', () => {
    expect(durations(print(tcp, [MINUTE, tcp('printing', 0.51)]))).toBe(100 * MINUTE);
    expect(durations(print(tcp, [3 * HOUR, tcp('paused', 0.5)]))).toBe(99 * MINUTE + 3 * HOUR);
  });

  it('is nothing for a job found in the middle, or where the clock was set meanwhile', () => {
    expect(durations(print(tcp, [MINUTE, tcp('printing', 0.51)]).slice(1))).toBeUndefined();
    expect(durations(print(tcp, [-2 * HOUR, tcp('printing', 0.51)]))).toBeUndefined();
    const memory = play(print(tcp, [MINUTE, tcp('printing', 0.51)]).slice(0, 52)).memory;
    const jump = { wallSeconds: T0 + 3 * 24 * HOUR, monotonicSeconds: T0 + 30 + 51 * MINUTE };
    const set = observe(memory, tcp('printing', 0.52), jump).memory;
    expect(set.job).toMatchObject({ printedSeconds: memory.job?.printedSeconds });
    expect(set.job?.tookSeconds).toBeUndefined();
    expect(set.job?.startSeconds).toBeUndefined();
    expect(set.printingSeconds).toBe(memory.printingSeconds);
  });

  it("is the printer's own count, whatever the clock does", () => {
    const counted = { elapsedSeconds: 4711 };
    expect(durations(print(http, [-2 * HOUR, http('printing', 0.51, counted)], counted))).toBe(4711);
  });

  it('is counted as time printing only between two readings of printing', () => {
    const { memory } = play([tcp('ready'), ...printing(tcp, 0, 10), tcp('paused', 0.1), ...printing(tcp, 11, 20), off]);
    expect(memory.printingSeconds).toBe(10 * 30 + 9 * 30);
  });
});

describe('shownProgress', () => {
  const shown = (...readings: readonly JobReading[]) => {
    const { memory } = play(readings);
    const last = readings.at(-1);
    return last?.contact ? shownProgress(memory, last)?.ratio : undefined;
  };

  it('hides the last 100/100 at the start of a job until it moves', () => {
    expect(shown(tcp('ready', 1), tcp('heating', 1))).toBeUndefined();
    expect(shown(tcp('ready', 1), tcp('heating', 1), tcp('printing', 1))).toBeUndefined();
    expect(shown(tcp('ready', 1), tcp('heating', 1), tcp('cancelling', 1))).toBeUndefined();
    expect(shown(tcp('ready', 1), tcp('heating', 1), tcp('printing', 0))).toBe(0);
    expect(shown(tcp('ready', 1), tcp('heating', 1), tcp('printing', 0), tcp('printing', 1))).toBe(1);
  });

  it('hides it when a job is found heating, not when it is found printing', () => {
    expect(shown(tcp('heating', 1))).toBeUndefined();
    expect(shown(tcp('printing', 0.995))).toBe(0.995);
  });

  it('shows it when a job is found paused or nearly done, also where the printer counts its time', () => {
    const counted = { elapsedSeconds: 1800 };
    expect(shown(http('paused', 0.31, counted))).toBe(0.31);
    expect(shown(http('paused', 0.31, counted), http('paused', 0.31, counted))).toBe(0.31);
    expect(shown(http('printing', 0.999, counted))).toBe(0.999);
    expect(shown(http('ready', 1), off, http('printing', 1, counted))).toBe(1);
  });

  it('shows progress only while there is a job', () => {
    expect(shown(tcp('ready', 1))).toBeUndefined();
    expect(shown(tcp('busy', 0.5))).toBeUndefined();
    expect(shown(tcp(undefined, 0.5))).toBeUndefined();
    expect(shown(http('completed', 1))).toBe(1);
    expect(shown(tcp('ready', 0), tcp('printing', 0.98))).toBe(0.98);
    expect(shown(tcp('ready', 1), tcp('printing', 1), tcp('completed', 1))).toBe(1);
  });

  it('shows what the other side says when the job is well under way', () => {
    expect(shown(http('ready'), http('printing', 0.98), http('printing', 0.985), tcp('printing', 0.99))).toBe(0.99);
  });
});

describe('shownStart', () => {
  const shown = (...readings: readonly JobReading[]) => {
    const { memory } = play(readings);
    const last = readings.at(-1);
    const start = last?.contact ? shownStart(memory, last) : undefined;
    return start === undefined ? undefined : start - T0;
  };
  const started = [http('ready'), http('printing', 0, A), http('printing', 0.5, A)];

  it('is there as long as the job is on the plate', () => {
    expect(shown(...started)).toBe(30);
    expect(shown(...started, http('paused', 0.5, A))).toBe(30);
    expect(shown(...started, http('cancelling', 0.5, A))).toBe(30);
    expect(shown(...started, http('completed', 1, A), http('completed', 1, A))).toBe(30);
  });

  it('is there while a running job cannot be seen', () => {
    expect(shown(...started, http('busy'))).toBe(30);
    expect(shown(...started, http('unknown'))).toBe(30);
    expect(shown(...started, http(undefined))).toBe(30);
  });

  it('is gone with the job', () => {
    expect(shown(...started, http('cancelled'))).toBeUndefined();
    expect(shown(...started, http('completed', 1, A), http('busy'))).toBeUndefined();
    expect(shown(...started, http('completed', 1, A), http('heating'))).toBeUndefined();
    expect(shown(...started, http('completed', 1, A), http('ready', 1, A))).toBeUndefined();
    expect(shown(...started, silent)).toBeUndefined();
  });

  it('is that of the next job, or none where that was found in the middle', () => {
    expect(shown(...started, http('completed', 1, A), http('printing', 0, B))).toBe(120);
    expect(shown(http('completed', 1, A))).toBeUndefined();
    expect(shown(http('printing', 0.5, A), http('completed', 1, A))).toBeUndefined();
  });
});

describe('any readings', () => {
  const contact = fc.record(
    {
      contact: fc.constant(true as const),
      state: fc.constantFrom(...STATES),
      stateProtocol: fc.constantFrom<Protocol>('tcp', 'http'),
      progress: fc.record({
        ratio: fc
          .oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 97, max: 100 }))
          .map((percent) => percent / 100),
        protocol: fc.constantFrom<Protocol>('tcp', 'http'),
      }),
      elapsedSeconds: fc.integer({ min: 0, max: 10_000 }),
      file: fc.constantFrom('', 'a.gx', 'b.gx'),
      isSilent: fc.constant(true as const),
      serial: fc.oneof({ weight: 9, arbitrary: fc.constant('SN1') }, { weight: 1, arbitrary: fc.constant('SN2') }),
    },
    { requiredKeys: ['contact'] },
  );
  const reading: fc.Arbitrary<JobReading> = fc.oneof(
    { weight: 4, arbitrary: contact },
    { weight: 1, arbitrary: fc.constant(off) },
  );
  const gap = fc.oneof(fc.integer({ min: 0, max: 120 }), fc.integer({ min: -100_000, max: 100_000 }));

  it('never give more outcomes than jobs, and what is remembered survives a restart', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(gap, reading), { maxLength: 60 }), (steps) => {
        let memory: JobMemory | undefined;
        let now = T0;
        let monotonicSeconds = 0;
        let jobs = 0;
        let outcomes = 0;
        let isRunning = false;
        for (const [seconds, next] of steps) {
          now += seconds;
          monotonicSeconds += Math.abs(seconds);
          const clocks = { wallSeconds: now, monotonicSeconds };
          const before = memory ?? emptyMemory();
          const seen = observe(memory, next, clocks);
          const restarted = observe(memory && jobMemorySchema.parse(JSON.parse(JSON.stringify(memory))), next, clocks);
          // A key without a value is not written, which says the same.
          expect(restarted).toEqual(seen);
          expect(JSON.parse(JSON.stringify(seen.memory))).toEqual(seen.memory);

          expect(seen.events.length).toBeLessThanOrEqual(1);
          for (const { endSeconds: timestampSeconds, result, ...end } of seen.events) {
            // A job has one outcome, and one that nobody read is told only by a printer that was idle before, or by its file.
            if (!isRunning) {
              expect(['completed', 'cancelled']).toContain(result);
              expect(before.idle !== undefined || before.job?.file !== end.file).toBe(true);
              jobs += 1;
            }
            isRunning = false;
            outcomes += 1;
            expect(timestampSeconds).toBeLessThanOrEqual(now);
            expect(end.durationSeconds ?? 0).toBeGreaterThanOrEqual(0);
            expect(seen.memory.totals[result]).toBe(before.totals[result] + 1);
            expect(seen.memory.lastEnds[result]).toStrictEqual({ timestampSeconds, ...end });
          }
          expect(seen.memory.printingSeconds).toBeGreaterThanOrEqual(before.printingSeconds);
          const ended = seen.events.map(({ result }) => result);
          for (const result of RESULTS.filter((other) => !ended.includes(other))) {
            expect(seen.memory.totals[result]).toBe(before.totals[result]);
            expect(seen.memory.lastEnds[result]).toStrictEqual(before.lastEnds[result]);
          }
          const isOtherPrinter = seen.memory.serial !== before.serial && before.serial !== undefined;
          if (isOtherPrinter) isRunning = false;
          if (seen.started) {
            expect(isRunning).toBe(false);
            isRunning = true;
            jobs += 1;
          }
          expect(outcomes).toBeLessThanOrEqual(jobs);
          expect(seen.memory.job !== undefined && seen.memory.job.end === undefined).toBe(isRunning);
          memory = seen.memory;
        }
      }),
      { numRuns: 1000 },
    );
  });
});
