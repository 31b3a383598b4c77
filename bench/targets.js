// The performance targets. Most are ratios of two figures of the same run, so that they apply to any machine.

const SMALL = 100;
// The floor of HTTP is undici and JSON.parse, and that of TCP bare sockets; so the limits differ.
const KINDS = {
  tcp: { large: 1000, cpu: 1.6, wall: 1.7, peak: 1.7, lateWall: 1.08 },
  http: { large: 500, cpu: 1.15, wall: 1.7, peak: 1.5, lateWall: 1.08 },
};

/**
 * The CPU time per printer at many printers and at 100, which shows whether it grows with their number. The floor's own growth is
 * beside it: the two cases are measured one after the other, and a shared machine may have become slower in between.
 */
export function costsPerPrinter(results) {
  const costs = [];
  for (const large of results) {
    const { kind, latencyMs, printers } = large;
    if (printers !== KINDS[kind].large) continue;
    const small = results.find((r) => r.kind === kind && r.latencyMs === latencyMs && r.printers === SMALL);
    if (!small) continue;
    const [smallMs, largeMs] = [small.exporter.cpuMs / SMALL, large.exporter.cpuMs / printers];
    const floorRatio = large.floor.cpuMs / printers / (small.floor.cpuMs / SMALL);
    const ratio = largeMs / smallMs;
    costs.push({ kind, latencyMs, printers, cpuMsAt100: smallMs, cpuMsAtMany: largeMs, ratio, floorRatio });
  }
  return costs;
}

/** Judges the worst of the target's cases: anything that the target does not fix, such as the latency, may vary. */
function judge(target, { atMost, atLeast }, cases) {
  const sorted = cases.toSorted((a, b) => a.value - b.value);
  const worst = atMost === undefined ? sorted[0] : sorted.at(-1);
  const limit = atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`;
  if (!worst) return { target, limit, verdict: 'not measured' };
  const isMet = atMost === undefined ? worst.value >= atLeast : worst.value <= atMost;
  return { target, limit, measured: worst.value, at: worst.at, verdict: isMet ? 'met' : 'not met' };
}

const cpuOverFloor = ({ exporter, floor }) => exporter.cpuMs / floor.cpuMs;
const wallOverFloor = ({ exporter, floor }) => exporter.wallP50Ms / floor.wallP50Ms;
const peakOverFloor = ({ exporter, floor }) => exporter.peakMiB / floor.peakMiB;

function judgeKind(kind, results, costs) {
  const { large, cpu, wall, peak, lateWall } = KINDS[kind];
  const of = (isCase, ratio) =>
    results.filter((r) => r.kind === kind && isCase(r)).map((r) => ({ value: ratio(r), at: `${r.latencyMs} ms` }));
  const isLargeAtOnce = (r) => r.printers === large && r.latencyMs === 0;
  const isSmallLate = (r) => r.printers === SMALL && r.latencyMs === 20;
  const isLarge = (r) => r.printers === large;
  const growth = costs.filter((cost) => cost.kind === kind);
  return [
    judge(`${kind}: CPU / floor, ${large} printers, 0 ms`, { atMost: cpu }, of(isLargeAtOnce, cpuOverFloor)),
    judge(`${kind}: wall / floor, ${large} printers, 0 ms`, { atMost: wall }, of(isLargeAtOnce, wallOverFloor)),
    judge(`${kind}: wall / floor, 100 printers, 20 ms`, { atMost: lateWall }, of(isSmallLate, wallOverFloor)),
    judge(`${kind}: peak memory / floor, ${large} printers`, { atMost: peak }, of(isLarge, peakOverFloor)),
    judge(
      `${kind}: CPU per printer, at ${large} / at 100`,
      { atMost: 1.2 },
      growth.map(({ ratio, latencyMs }) => ({ value: ratio, at: `${latencyMs} ms` })),
    ),
  ];
}

/** One target per number of printers, since a scrape has a fixed cost, unlike a probe. */
function judgeBlackbox(results) {
  const measured = results.filter(({ blackbox }) => blackbox);
  if (measured.length === 0) return [judge('tcp: CPU of blackbox / own', { atLeast: 3.5 }, [])];
  const counts = [...new Set(measured.map(({ printers }) => printers))];
  return counts.map((count) => {
    const cases = measured.filter(({ printers }) => printers === count);
    const ratios = cases.map((r) => ({ value: r.blackbox.cpuMs / r.exporter.cpuMs, at: `${r.latencyMs} ms` }));
    return judge(`tcp: CPU of blackbox / own, printers: ${count}`, { atLeast: 3.5 }, ratios);
  });
}

export function judgeTargets({ results, costs, startup, idle }) {
  const starts = startup ? [{ value: startup.ratio, at: `${startup.starts} starts` }] : [];
  const idles = idle ? [{ value: idle.cpuPercent, at: `${Math.round(idle.seconds)} s` }] : [];
  return [
    ...Object.keys(KINDS).flatMap((kind) => judgeKind(kind, results, costs)),
    ...judgeBlackbox(results),
    judge('start to healthy / node -e 0', { atMost: 4 }, starts),
    judge('idle CPU, % of a core', { atMost: 0.5 }, idles),
  ];
}
