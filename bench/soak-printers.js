// Runs simulated printers with changing faults. Usage: node bench/soak-printers.js COUNT SEED. Prints them as one line of JSON
// and runs until stdin ends.
import { loopbackAddress } from '../dist/cli/simulate.js';
import { DEFAULT_CHECK_CODE, startSimulatedPrinter } from '../dist/simulator/printer.js';

const [count, seed] = process.argv.slice(2).map(Number);
const STEPS = ['connect', 'M119', 'M105', 'M27', 'M114', 'M115'];
const COMMANDS = STEPS.slice(1);
const STEP_MS = 20;
// Printers hang only during every tenth second, so that most scrapes end before their deadline.
const HANGING_EVERY_MS = 10_000;
const HANGING_FOR_MS = 1000;
// Fast enough that jobs start and end, and outcomes are counted.
const SPEED = 300;

// mulberry32, so that the same seed gives the same sequence of faults.
let state = seed;
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const pick = (list) => list[Math.floor(random() * list.length)];

const QUICK = [
  () => ({ kind: 'refuse' }),
  () => ({ kind: 'reset', at: pick(STEPS), side: 'tcp' }),
  () => ({ kind: 'reset', side: 'http' }),
  () => ({ kind: 'reset-once' }),
  () => ({ kind: 'close', at: pick(STEPS), side: 'tcp' }),
  () => ({ kind: 'close', side: 'http' }),
  () => ({ kind: 'endless-line', at: pick(STEPS) }),
  () => ({ kind: 'flood', at: pick(STEPS) }),
  () => ({ kind: 'garbage', ok: true, at: pick(COMMANDS) }),
  () => ({ kind: 'foreign-blocks' }),
  () => ({ kind: 'control-refused', login: pick(['accepted', 'refused']) }),
  ...[
    'wrong-code',
    'lan-mode-off',
    'busy',
    'html',
    'truncated-json',
    'huge-body',
    'wrong-types',
    'job-start-garbage',
  ].map((kind) => () => ({ kind })),
];
const HANGING = [
  () => ({ kind: 'silence', at: pick(STEPS) }),
  () => ({ kind: 'late', ms: 60_000 }),
  () => ({ kind: 'drip', intervalMs: 100, at: pick(COMMANDS) }),
  () => ({ kind: 'no-ok', at: pick(COMMANDS) }),
  () => ({ kind: 'garbage', at: pick(STEPS) }),
  () => ({ kind: 'slow-head', ms: 60_000 }),
  () => ({ kind: 'slow-body', intervalMs: 100 }),
];

const printers = [];
for (let index = 0; index < count; index++) {
  // Of ten printers, seven have only TCP, one has only HTTP, and two have both.
  const model = ['adventurer4', 'adventurer5m-pro', 'creator5-pro'][[0, 0, 0, 0, 0, 0, 0, 1, 1, 2][index % 10]];
  printers.push(
    await startSimulatedPrinter({
      model,
      host: loopbackAddress(index),
      tcpPort: 8899,
      httpPort: 8898,
      name: `printer-${index + 1}`,
      speed: SPEED,
      job: { durationMs: 3_600_000, heatMs: 60_000, headStartMs: index * 17_000 },
    }),
  );
}
console.log(
  JSON.stringify(
    printers.map(({ model, name, host, serialNumber }) => ({
      model,
      name,
      host,
      serialNumber,
      checkCode: DEFAULT_CHECK_CODE,
    })),
  ),
);

const hanging = new Set();
let jobs = 0;
let words = 0;
async function change() {
  const printer = pick(printers);
  const isHangingTime = Date.now() % HANGING_EVERY_MS < HANGING_FOR_MS;
  if (!isHangingTime) {
    for (const other of hanging) await other.setFault(undefined);
    hanging.clear();
  }
  const what = random();
  if (what < 0.3) await printer.setFault(undefined);
  else if (what < 0.5) await printer.setFault(pick(QUICK)());
  else if (what < 0.6 && isHangingTime) {
    await printer.setFault(pick(HANGING)());
    hanging.add(printer);
  } else if (what < 0.65) await (printer.isOn ? printer.switchOff() : printer.switchOn());
  else if (what < 0.75) printer.cancel();
  else if (what < 0.85) printer.start({ file: `job-${++jobs}.gx`, durationMs: 3_600_000, heatMs: 60_000 });
  // An unknown status word, each time a different one.
  else if (what < 0.9) printer.setOverride({ machineStatus: `WORD_${++words}`, httpStatus: `word-${words}` });
  else printer.setOverride({});
  if (!printer.isOn && random() < 0.5) await printer.switchOn();
}
(async () => {
  for (;;) {
    await change();
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
})();
process.stdin.on('end', () => process.exit(0)).resume();
