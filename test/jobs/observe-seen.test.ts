import { describe } from 'vitest';
import {
  A,
  B,
  COLD,
  HOT,
  HOUR,
  http,
  MINUTE,
  off,
  perMille,
  printing,
  type Sequence,
  tcp,
  testSequences,
  times,
} from './readings.ts';

const A3 = { file: 'a.3mf' };

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

  // A pace that was seen for a moment only
  ...[
    [tcp('printing', 0.27), tcp('printing', 0.45), tcp('printing', 0.63)],
    [perMille('printing', 0.795), perMille('printing', 0.845), perMille('printing', 0.895)],
  ].map((steps, index) => ({
    name: `a print of seconds whose progress is gone long before its end (${index})`,
    steps: [tcp('ready', 0), ...steps.map((step) => [1, step] as const), [1, tcp('ready', 0)] as const],
    expected: '+@1, unknown @4',
  })),

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

  // Two sides that spell one file in two ways
  {
    name: 'completed, told by the side that did not name the file last',
    steps: [
      http('ready'),
      http('printing', 0.3, A3),
      tcp('printing', 0.32, A),
      ...times(3, http('completed', 1, A3)),
      ...times(3, tcp('completed', 1, A)),
      ...times(3, http('completed', 1, A3)),
    ],
    expected: '+@1, completed a.gx @3',
  },
  {
    name: 'completed, told by a side that never named the file',
    steps: [
      http('ready'),
      http('printing', 0.3, A3),
      tcp('completed', 1, A),
      http('completed', 1, A3),
      tcp('completed', 1, A),
      tcp('completed', 1, B),
    ],
    expected: '+@1, completed a.3mf @2, completed b.gx @5',
  },
  {
    name: 'completed, told later by a side that never named the file',
    steps: [
      http('ready'),
      http('printing', 0.3, A3),
      http('completed', 1, A3),
      tcp('completed', 1, A),
      http('completed', 1, A3),
      tcp('completed', 1, B),
    ],
    expected: '+@1, completed a.3mf @2, completed b.gx @5',
  },
  {
    name: 'a job that nobody read, told by both sides in turn',
    steps: [
      http('ready'),
      http('completed', 1, A3),
      tcp('completed', 1, A),
      http('completed', 1, A3),
      tcp('completed', 1, A),
    ],
    expected: 'completed a.3mf @1',
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
];

describe('the start and the end of a job that was read', () => testSequences(sequences));
