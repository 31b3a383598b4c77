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
  printing,
  type Sequence,
  silent,
  tcp,
  testSequences,
  times,
} from './readings.ts';

const sequences: readonly Sequence[] = [
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
    name: 'completed of another file than the one that runs: it ended unseen, and the other is an end of its own',
    steps: [http('ready'), ...printing(http, 0, 50, 30, A), http('completed', 1, B), http('completed', 1, B)],
    expected: '+@1, cancelled a.gx @52, completed b.gx @52',
  },
  {
    name: 'the same after an error',
    steps: [http('ready'), ...printing(http, 0, 50, 30, A), http('error', 0.5, A), http('completed', 1, B)],
    expected: '+@1, failed a.gx @53, completed b.gx @53',
  },
  {
    name: 'completed of another file that must have begun before the last reading: the same job by another name',
    steps: [
      http('ready'),
      ...printing(http, 0, 99, 30, { ...A, elapsedSeconds: 3000 }),
      http('completed', 1, { ...B, elapsedSeconds: 3030 }),
    ],
    expected: '+@1, completed a.gx @101',
  },
  {
    name: 'cancelled under another name',
    steps: [
      http('ready'),
      ...printing(http, 0, 40, 30, A),
      http('cancelling'),
      http('cancelled', 0.4, B),
      http('ready'),
    ],
    expected: '+@1, cancelled a.gx @43',
  },
  {
    name: 'completed under the name with its folder, and in capitals',
    steps: [
      tcp('ready'),
      ...printing(tcp, 0, 99, 30, A),
      tcp('completed', 1, { file: '/data/A.GX' }),
      tcp('completed', 1, A),
    ],
    expected: '+@1, completed a.gx @101',
  },
  {
    name: 'cancelled of another file after an end, and then completed of that file',
    steps: [
      http('ready'),
      http('printing', 0.3, A),
      http('completed', 1, A),
      http('cancelled', 0.4, B),
      http('completed', 1, B),
    ],
    expected: '+@1, completed a.gx @2, completed b.gx @4',
  },
  {
    name: 'a job that was named only while it heated, and then completed of another file',
    steps: [http('ready'), http('heating', 0, A), http('cancelled'), http('completed', 1, B)],
    expected: '+@1, cancelled a.gx @2, completed b.gx @3',
  },
  {
    name: 'completed again after a ready in between, where the sides spell the file in two ways',
    steps: [
      http('ready'),
      http('printing', 0.3, { file: 'a.3mf', elapsedSeconds: 50 }),
      tcp('printing', 0.32, A),
      http('completed', 1, { file: 'a.3mf', elapsedSeconds: 100 }),
      http('ready'),
      http('completed', 1, { file: 'a.3mf', elapsedSeconds: 100 }),
    ],
    expected: '+@1, completed a.gx @3',
  },
  {
    name: 'completed of the file that was named only while it heated, which may be of the job before',
    steps: [http('ready', 0), http('heating', 0, A), http('completed', 1, B)],
    expected: '+@1, completed b.gx @2',
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

describe('what happened unseen, and what is no job', () => testSequences(sequences));
