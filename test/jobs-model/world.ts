// Random scenarios: which printer, which event, what happened before and what happens afterwards.
import { FINISHED, type Kind, STOPPED } from './everyday.ts';
import { FAMILIES, type Family } from './families.ts';
import type { Job } from './job.ts';
import { WITH_CONTACT, WITHOUT_CONTACT } from './lost.ts';
import { Random } from './random.ts';
import { type Faults, Stage } from './scenario.ts';
import type { Segment } from './story.ts';

export const KINDS: readonly Kind[] = [...FINISHED, ...STOPPED, ...WITH_CONTACT, ...WITHOUT_CONTACT];

/** Seconds between two scrapes. */
export const INTERVALS = [5, 10, 15, 30, 60, 120, 180, 300] as const;

export interface Scenario {
  readonly family: Family;
  readonly interval: number;
  readonly kind: Kind;
  readonly segments: readonly Segment[];
  readonly endsAt: number;
  /** The jobs that the event belongs to; those before and after are everyday prints. */
  readonly jobs: readonly Job[];
  readonly subjects: ReadonlySet<Job>;
  readonly faults: Faults;
  /** For what the readings themselves leave to chance. */
  readonly random: Random;
}

/** Whether this event can happen to this printer. */
export function isPossible({ isFor }: Kind, family: Family, interval: number): boolean {
  return isFor === undefined || isFor(family, interval);
}

/** The scenario of a seed. */
export function imagine(seed: number, family: Family, interval: number, kind: Kind, longestSeconds?: number): Scenario {
  const random = new Random(seed);
  const stage = new Stage(random, family, interval, longestSeconds);
  const { story } = stage;
  story.idle(stage.scrapes(3, 12));
  if (random.chance(0.5)) {
    stage.begin(shorter(stage));
    stage.finish(random.magnitude(20, 2000));
    story.idle(stage.scrapes(3, 12));
  }
  const before = story.jobs.length;
  kind.play(stage);
  const subjects = new Set(story.jobs.slice(before));
  story.idle(Math.max(120, stage.scrapes(3, 20)));
  if (random.chance(0.4)) {
    stage.begin(shorter(stage));
    stage.finish(random.magnitude(20, 2000));
  }
  // Long enough for whatever is told late.
  story.idle(Math.max(300, stage.scrapes(6, 10)));
  const { segments, jobs } = story;
  return { family, interval, kind, segments, endsAt: story.at, jobs, subjects, faults: stage.faults, random };
}

/** Those before and after need not be long. */
function shorter({ random, interval }: Stage): { seconds: number } {
  return { seconds: Math.max(300, interval * random.between(6, 40)) };
}

export interface WorldOptions {
  readonly seed: number;
  /** Scenarios for each family, interval and kind of event. */
  readonly rounds: number;
  readonly intervals: readonly number[];
  readonly families?: readonly Family[];
  readonly kinds?: readonly Kind[];
  /** Of a print, where that is not left to the interval. */
  readonly longestSeconds?: number;
}

/** All scenarios of a seed; each has a seed of its own that does not depend on the others. */
export function* scenarios(options: WorldOptions): Generator<Scenario> {
  const { families = FAMILIES, kinds = KINDS } = options;
  for (const family of families) {
    for (const interval of options.intervals) {
      for (const kind of kinds) {
        if (!isPossible(kind, family, interval)) continue;
        for (let round = 0; round < options.rounds; round++) {
          const seed = seedOf(options.seed, `${family.name}/${interval}/${kind.name}/${round}`);
          yield imagine(seed, family, interval, kind, options.longestSeconds);
        }
      }
    }
  }
}

function seedOf(seed: number, name: string): number {
  let hash = seed >>> 0;
  for (let index = 0; index < name.length; index++) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
}
