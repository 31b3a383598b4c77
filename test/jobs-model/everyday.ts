// Kinds of events that end well or by the owner's hand, with contact.
import { type Family, tellsErrors } from './families.ts';
import type { Stage } from './scenario.ts';

export interface Kind {
  readonly name: string;
  /** Whether the exporter loses sight of the printer for longer than a read. */
  readonly losesContact: boolean;
  readonly isFor?: (family: Family, interval: number) => boolean;
  readonly play: (stage: Stage) => void;
}

function kind(name: string, play: Kind['play'], isFor?: Kind['isFor']): Kind {
  return { name, losesContact: false, play, ...(isFor && { isFor }) };
}

function aProgress({ random }: Stage): number {
  return random.chance(0.3) ? random.between(0.985, 0.998) : random.between(0.02, 0.98);
}

function pausedFor({ random }: Stage): number {
  return random.magnitude(30, 20_000);
}

export const FINISHED: readonly Kind[] = [
  kind('everyday print', (stage) => {
    stage.begin();
    stage.finish();
  }),
  kind('slow start', (stage) => {
    stage.begin({ slowStart: true });
    stage.finish();
  }),
  kind('plateau before the end', (stage) => {
    stage.begin({ plateau: true });
    stage.finish();
  }),
  kind('progress back by 1 % at the end', (stage) => {
    stage.begin({ dipAtEnd: true });
    stage.finish();
  }),
  kind('paused and resumed', (stage) => {
    stage.begin();
    stage.story.printTo(aProgress(stage));
    stage.pause(pausedFor(stage));
    stage.finish();
  }),
  kind(
    'canceling shown inside a pause',
    (stage) => {
      stage.begin();
      stage.story.printTo(aProgress(stage));
      stage.story.push('canceling-in-pause', stage.random.between(2, 20), true);
      stage.story.push('paused', pausedFor(stage), true);
      stage.finish();
    },
    ({ http }) => http?.cancellingWord !== undefined,
  ),
  kind('filament runout, resumed', (stage) => {
    stage.begin();
    stage.story.printTo(aProgress(stage));
    stage.story.push('paused', stage.random.magnitude(300, 40_000), stage.random.chance(0.5));
    stage.story.push('heating', stage.random.between(1, 60), true);
    stage.finish();
  }),
  kind(
    'error confirmed, the print goes on',
    (stage) => {
      stage.begin();
      stage.story.printTo(aProgress(stage));
      stage.story.push('error', stage.random.magnitude(20, 10_000), stage.random.chance(0.5));
      if (stage.random.chance(0.5)) stage.story.push('paused', pausedFor(stage), true);
      stage.finish();
    },
    tellsErrors,
  ),
  kind('the next print at once', (stage) => {
    stage.begin();
    stage.finish(stage.random.between(1, 40));
    stage.begin();
    stage.finish();
  }),
  kind('the same file twice', (stage) => {
    const { file, seconds } = stage.begin();
    stage.finish(stage.random.magnitude(20, 3600));
    stage.begin({ file, seconds });
    stage.finish();
  }),
  kind(
    'OK pressed hours later',
    (stage) => {
      stage.begin();
      stage.finish(stage.random.between(3600, 30_000));
    },
    ({ waitsForOk }) => waitsForOk === true,
  ),
  kind('preheated by hand before', (stage) => {
    stage.story.preheat(stage.random.between(120, 1500));
    if (stage.random.chance(0.5)) stage.story.idle(stage.random.between(5, 600));
    stage.begin();
    stage.finish();
  }),
  kind(
    'a print shorter than the interval',
    (stage) => {
      stage.begin({ seconds: stage.interval * stage.random.between(0.3, 0.9), slowStart: false }, 5);
      stage.finish(stage.random.magnitude(600, 10_000));
    },
    (_, interval) => interval >= 120,
  ),
];

export const STOPPED: readonly Kind[] = [
  kind('cancelled while heating', (stage) => {
    const heating = stage.random.between(20, 300);
    stage.begin({}, heating);
    stage.cancel();
  }),
  kind('cancelled in the first minute', (stage) => {
    stage.begin();
    stage.story.print(stage.random.between(2, 90));
    stage.cancel();
  }),
  kind('cancelled in mid-print', (stage) => {
    stage.begin();
    stage.story.printTo(stage.random.between(0.05, 0.95));
    stage.cancel();
  }),
  kind('cancelled at 95 to 98.5 %', (stage) => {
    stage.begin();
    stage.story.printTo(stage.random.between(0.95, 0.985));
    stage.cancel();
  }),
  kind('cancelled at 98.5 to 99.9 %', (stage) => {
    stage.begin();
    stage.story.printTo(stage.random.between(0.985, 0.999));
    stage.cancel();
  }),
  kind('paused, then cancelled', (stage) => {
    stage.begin();
    stage.story.printTo(stage.random.between(0.02, 0.98));
    stage.pause(pausedFor(stage));
    stage.cancel();
  }),
  kind(
    'error that ends it',
    (stage) => {
      stage.begin();
      stage.story.printTo(aProgress(stage));
      stage.story.fail(stage.random.magnitude(20, 10_000));
    },
    tellsErrors,
  ),
  kind(
    'error confirmed, cancelled later',
    (stage) => {
      stage.begin();
      stage.story.printTo(stage.random.between(0.05, 0.5));
      stage.story.push('error', stage.random.magnitude(20, 10_000), false);
      stage.story.printTo(stage.random.between(0.55, 0.9));
      stage.cancel();
    },
    tellsErrors,
  ),
];
