// Kinds of events that keep the exporter from seeing what happens: contact, power, restarts, clocks.
import type { Kind } from './everyday.ts';
import type { Family } from './families.ts';
import type { Span, Stage } from './scenario.ts';

function kind(name: string, losesContact: boolean, play: Kind['play'], isFor?: Kind['isFor']): Kind {
  return { name, losesContact, play, ...(isFor && { isFor }) };
}

const hasTwoSides = ({ tcp, http }: Family) => tcp !== undefined && http !== undefined;
const namesFiles = ({ tcp, http }: Family) => http !== undefined || (tcp !== undefined && tcp.file !== 'none');

/** A print of which a percent takes minutes. */
function long({ interval }: Stage): number {
  return Math.max(3 * 3600, interval * 400);
}

/** A span within the print that begins now. */
function within({ random, at, story }: Stage, seconds: number): Span {
  const from = at + random.between(0, Math.max(0, story.secondsLeft - seconds));
  return { from, to: from + seconds };
}

/** Prints to the end, with contact lost from `before` seconds before it to `after` seconds after. */
function finishUnseen(stage: Stage, spans: Span[], before: number, after: number): void {
  const from = stage.at + Math.max(0, stage.story.secondsLeft - before);
  stage.finish(after + stage.random.magnitude(60, 5000));
  spans.push({ from, to: Math.max(from + before + after, stage.story.job.endAt + after) });
}

export const WITH_CONTACT: readonly Kind[] = [
  kind('missed scrapes', false, (stage) => {
    stage.faults.missedShare = 0.15;
    stage.begin();
    stage.finish();
  }),
  kind('single reads fail', false, (stage) => {
    stage.faults.failedShare = 0.08;
    stage.begin();
    stage.finish();
  }),
  kind(
    'M27 silent now and then',
    false,
    (stage) => {
      stage.faults.silentShare = 0.15;
      stage.begin();
      stage.finish();
    },
    ({ tcp, http }) => tcp !== undefined && http === undefined,
  ),
  kind(
    'the other side answers',
    false,
    (stage) => {
      stage.begin();
      const { faults } = stage;
      for (let times = 0; times < 4; times++) {
        faults.httpFails.push(within(stage, stage.scrapes(1, 6)));
        faults.tcpFails.push(within(stage, stage.scrapes(1, 6)));
      }
      if (stage.random.chance(0.5)) {
        faults.httpFails.push({ from: stage.at + stage.story.secondsLeft - stage.scrapes(1, 5), to: stage.at + 1e9 });
      }
      stage.finish();
    },
    hasTwoSides,
  ),
  kind(
    'the file name empty for a while',
    false,
    (stage) => {
      stage.begin();
      stage.faults.nameless.push(within(stage, stage.scrapes(2, 30)));
      stage.finish();
    },
    namesFiles,
  ),
  kind('the clock set back', false, (stage) => {
    stage.begin();
    stage.faults.clockSteps.push({ at: within(stage, 0).from, seconds: -stage.random.magnitude(60, 260_000) });
    stage.finish();
  }),
  kind('the clock set forward', false, (stage) => {
    stage.begin();
    stage.faults.clockSteps.push({ at: within(stage, 0).from, seconds: stage.random.magnitude(60, 260_000) });
    stage.finish();
  }),
  kind('exporter restarted, state kept', false, (stage) => {
    stage.begin();
    stage.faults.away.push({ ...within(stage, stage.random.between(3, 60)), keepsState: true });
    stage.finish();
  }),
  kind('exporter restarted, no state file', false, (stage) => {
    stage.begin();
    stage.faults.away.push({ ...within(stage, stage.random.between(3, 60)), keepsState: false });
    stage.finish();
  }),
  kind('another printer at the address', false, (stage) => {
    stage.begin();
    stage.story.printTo(stage.random.between(0.05, 0.95));
    stage.faults.swapsAt.push(stage.at);
    stage.story.swap(stage.scrapes(3, 30));
    stage.begin();
    stage.finish();
  }),
];

export const WITHOUT_CONTACT: readonly Kind[] = [
  kind('Wi-Fi gone in mid-print', true, (stage) => {
    stage.begin({ seconds: long(stage) });
    stage.story.printTo(0.02);
    stage.faults.unreachable.push(within(stage, Math.max(stage.random.magnitude(70, 5000), stage.scrapes(2, 4))));
    stage.finish();
  }),
  kind('Wi-Fi gone at 99 %, back before the end', true, (stage) => {
    stage.begin({ seconds: stage.random.between(2, 4) * long(stage) });
    stage.story.printTo(stage.random.between(0.99, 0.993));
    const seconds = Math.min(Math.max(70, stage.scrapes(2.1, 6)), stage.story.secondsLeft * 0.8);
    stage.faults.unreachable.push({ from: stage.at, to: stage.at + seconds });
    stage.finish();
  }),
  kind('Wi-Fi gone over the end', true, (stage) => {
    stage.begin({ seconds: long(stage) });
    finishUnseen(stage, stage.faults.unreachable, stage.scrapes(0, 8), Math.max(70, stage.scrapes(2, 20)));
  }),
  kind('Wi-Fi gone over the whole print', true, (stage) => {
    const from = stage.at - stage.scrapes(0, 2);
    stage.begin();
    stage.finish(stage.random.magnitude(1800, 10_000));
    stage.faults.unreachable.push({ from, to: stage.story.job.endAt + stage.random.between(60, 1200) });
  }),
  kind('Wi-Fi gone over a cancel', true, (stage) => {
    stage.begin();
    stage.story.printTo(stage.random.between(0.05, 0.9));
    const from = stage.at - stage.scrapes(0, 3);
    stage.cancel();
    stage.faults.unreachable.push({ from, to: stage.at + Math.max(70, stage.scrapes(2, 10)) });
  }),
  kind('exporter away over the end, state kept', true, (stage) => {
    stage.begin();
    const spans: Span[] = [];
    finishUnseen(stage, spans, stage.scrapes(1, 20), Math.max(70, stage.scrapes(2, 20)));
    for (const span of spans) stage.faults.away.push({ ...span, keepsState: true });
  }),
  kind('exporter away over the whole print, state kept', true, (stage) => {
    const from = stage.at - stage.scrapes(0, 2);
    stage.begin();
    stage.finish(stage.random.magnitude(1800, 10_000));
    const to = stage.story.job.endAt + stage.random.between(60, 1200);
    stage.faults.away.push({ from, to, keepsState: true });
  }),
  kind('smart plug after the end', true, (stage) => {
    stage.begin();
    stage.finish(stage.random.magnitude(20, 900));
    stage.story.powerOff(stage.random.magnitude(600, 30_000));
  }),
  kind('power cut in mid-print', true, (stage) => {
    stage.begin();
    stage.story.printTo(stage.random.between(0.05, 0.95));
    stage.story.powerOff(stage.random.magnitude(30, 30_000));
  }),
  kind('power cut at 99.5 %, hot', true, (stage) => {
    stage.begin({ seconds: long(stage) });
    stage.story.printTo(stage.random.between(0.991, 0.998));
    stage.story.powerOff(stage.random.magnitude(70, 30_000));
  }),
];
