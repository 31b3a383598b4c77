// What passed between two readings. The wall clock of a Raspberry Pi jumps by hours once NTP has set it, and a machine that was
// suspended has a monotonic clock that stood still: only where both agree is the time between known.

/** The clocks of the exporter's machine at one moment. */
export interface Clocks {
  /** Since 1970; may go back. */
  readonly wallSeconds: number;
  /** Since some moment in the past, the same for all processes until the machine restarts; never goes back meanwhile. */
  readonly monotonicSeconds: number;
}

/** As remembered: version 0.1.0 kept the wall clock only. */
export interface Moment {
  readonly wallSeconds: number;
  readonly monotonicSeconds?: number | undefined;
}

export interface Gap {
  /** What passed; undefined where the clocks disagree about it. */
  readonly seconds: number | undefined;
  /** What passed at least, and at most. */
  readonly leastSeconds: number;
  readonly mostSeconds: number;
}

// NTP moves a clock that is nearly right by less.
const AGREE_SECONDS = 2;
const AGREE_SHARE = 0.01;

/** Both clocks now. @param wallMs milliseconds since 1970 */
export function clocksAt(wallMs: number, monotonicSeconds: () => number = machineSeconds): Clocks {
  return { wallSeconds: wallMs / 1000, monotonicSeconds: monotonicSeconds() };
}

// Of the machine and not of the process, as performance.now() is: a restart of the exporter leaves it alone.
function machineSeconds(): number {
  return Number(process.hrtime.bigint()) / 1e9;
}

/** What passed from one moment to another. */
export function gapBetween(then: Moment, now: Clocks): Gap {
  const wall = now.wallSeconds - then.wallSeconds;
  if (then.monotonicSeconds === undefined) return exactly(Math.max(0, wall));
  const monotonic = now.monotonicSeconds - then.monotonicSeconds;
  // The machine restarted, or it is another one: its wall clock may be hours behind until NTP has set it.
  if (monotonic < 0)
    return { seconds: undefined, leastSeconds: Math.max(0, wall), mostSeconds: Number.POSITIVE_INFINITY };
  if (Math.abs(wall - monotonic) <= Math.max(AGREE_SECONDS, AGREE_SHARE * monotonic)) return exactly(monotonic);
  // The monotonic clock may stand still, and never runs ahead.
  return { seconds: undefined, leastSeconds: monotonic, mostSeconds: Math.max(wall, monotonic) };
}

function exactly(seconds: number): Gap {
  return { seconds, leastSeconds: seconds, mostSeconds: seconds };
}
