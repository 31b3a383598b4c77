// Plays a scenario to the exporter's rules, scrape by scrape, and notes what they tell.
import { type Clocks, Observer, type Reply, type Told } from './observer.ts';
import { say } from './says.ts';
import type { Span } from './scenario.ts';
import { type Moment, Reader } from './story.ts';
import type { Scenario } from './world.ts';

export interface ToldAt extends Told {
  /** Seconds since the story began, whatever the clock says. */
  readonly at: number;
}

const EPOCH = 1_770_000_000;

function covers(spans: readonly Span[], at: number): boolean {
  return spans.some(({ from, to }) => at >= from && at < to);
}

function replyAt({ family, faults, random }: Scenario, moment: Moment, at: number): Reply | undefined {
  if (covers(faults.unreachable, at) || random.chance(faults.failedShare)) return undefined;
  const isM27Silent = random.chance(faults.silentShare);
  const said = say(family, moment, {
    tcp: !covers(faults.tcpFails, at),
    http: !covers(faults.httpFails, at),
    isM27Silent,
    isNameless: covers(faults.nameless, at),
  });
  const serial = `SN-${faults.swapsAt.filter((swap) => swap <= at).length}`;
  return said && { snapshot: { ...said, identity: { serial } }, isM27Silent };
}

/** A read as it happened, for those who want to see all of them. */
export type Watch = (at: number, moment: Moment, reply: Reply | undefined, told: readonly Told[]) => void;

/** The ends that the exporter tells in this scenario, in order. */
export function run(scenario: Scenario, watch?: Watch): readonly ToldAt[] {
  const { faults, random, interval } = scenario;
  const observer = new Observer();
  const reader = new Reader(scenario.segments);
  const told: ToldAt[] = [];
  const restarts = faults.away.toSorted((a, b) => a.to - b.to);
  const first = random.between(0, interval);
  for (let scrape = 0; ; scrape++) {
    const at = first + scrape * interval + random.between(0, 0.02) * interval;
    if (at >= scenario.endsAt) return told;
    if (covers(faults.away, at) || random.chance(faults.missedShare)) continue;
    while (restarts[0] && restarts[0].to <= at) {
      observer.restart(restarts[0].keepsState);
      restarts.shift();
    }
    const moment = reader.at(at);
    const reply = replyAt(scenario, moment, at);
    const ends = observer.read(reply, clocksAt(scenario, at));
    for (const end of ends) told.push({ ...end, at });
    watch?.(at, moment, reply, ends);
  }
}

function clocksAt({ faults }: Scenario, at: number): Clocks {
  let wallSeconds = EPOCH + at;
  for (const step of faults.clockSteps) if (step.at <= at) wallSeconds += step.seconds;
  return { wallSeconds, monotonicSeconds: at + 1000 };
}
