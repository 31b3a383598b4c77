// npm run jobs-model: how often the exporter tells the end of a print rightly, by family, interval and event.
import { parseArgs } from 'node:util';
import { FAMILIES } from './families.ts';
import { eventOf, type Judgement, judge, VERDICTS } from './judge.ts';
import { run } from './run.ts';
import { DIMENSIONS, type Dimension, Table } from './table.ts';
import { INTERVALS, KINDS, type Scenario, scenarios } from './world.ts';

const HELP = `npm run jobs-model -- [options]
  --seed N            of the random jobs (1)
  --jobs N            for each family, interval and event (2)
  --intervals A,B     seconds between scrapes (${INTERVALS.join(',')})
  --family A,B         only families whose name has one of these
  --event A,B         only events whose name has one of these
  --by A,B            rows of the table: ${DIMENSIONS.join(', ')}, or several at once (all three)
  --summary           three tables, by one of them each
  --show VERDICT      every read around the end of the first jobs with this verdict: ${VERDICTS.join(', ')}
  --shown TEXT        only of events whose name has it, 'before or after' being one
  --count N           how many of those (3)`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    intervals: { type: 'string', default: INTERVALS.join(',') },
    family: { type: 'string', default: '' },
    event: { type: 'string', default: '' },
    by: { type: 'string', default: DIMENSIONS.join(',') },
    summary: { type: 'boolean', default: false },
    show: { type: 'string' },
    shown: { type: 'string', default: '' },
    count: { type: 'string', default: '3' },
    help: { type: 'boolean', default: false },
  },
});

function isDimension(text: string): text is Dimension {
  return DIMENSIONS.some((dimension) => dimension === text);
}

/** The reads around the end of a job, one a line. */
function describe({ scenario, job, told, verdict }: Judgement, again: Scenario): string[] {
  const lines = [
    `${verdict}: ${scenario.family.name}, ${scenario.interval} s, ${eventOf({ scenario, job, told, verdict })}; job ${job.index} ` +
      `${job.truth} at ${job.endAt.toFixed(0)} s, ${(job.endProgress * 100).toFixed(2)} %, ${job.secondsLeft.toFixed(0)} s left; ` +
      `told ${told.map(({ result, at }) => `${result} at ${at.toFixed(0)} s`).join(', ') || 'nothing'}`,
  ];
  const times = [job.startAt, job.endAt, ...told.map(({ at }) => at)];
  const near = (at: number) => times.some((time) => Math.abs(time - at) < 5 * scenario.interval);
  run(again, (at, moment, reply, ends) => {
    if (!near(at) && ends.length === 0) return;
    const { state, progress, elapsedSeconds, file, heaters } = reply?.snapshot ?? {};
    const words = reply
      ? `${state} ${progress?.ratio.toFixed(4) ?? '-'} ${progress?.protocol ?? ''} elapsed ${elapsedSeconds ?? '-'} ` +
        `target ${heaters?.get('tool0')?.targetCelsius ?? '-'} ${file ?? ''}`
      : 'no contact';
    lines.push(
      `  ${at.toFixed(0).padStart(7)} ${moment.activity.padEnd(12)} ${words} ${ends.map(({ result }) => `=> ${result}`)}`,
    );
  });
  return lines;
}

function main(): void {
  const matches = (texts: string) => (item: { readonly name: string }) =>
    texts.split(',').some((text) => item.name.includes(text));
  const options = {
    seed: Number(values.seed),
    rounds: Number(values.jobs),
    intervals: values.intervals.split(',').map(Number),
    families: FAMILIES.filter(matches(values.family)),
    kinds: KINDS.filter(matches(values.event)),
  };
  const tables = values.summary
    ? DIMENSIONS.map((dimension) => new Table([dimension]))
    : [new Table(values.by.split(',').filter(isDimension))];
  let left = Number(values.count);
  // A second walk over the same scenarios, a step behind: a scenario that was run has used up its random numbers.
  const again = scenarios(options);
  for (const scenario of scenarios(options)) {
    const copy = again.next().value;
    for (const judgement of judge(scenario, run(scenario))) {
      for (const table of tables) table.add(judgement);
      const isShown = judgement.verdict === values.show && eventOf(judgement).includes(values.shown);
      if (isShown && copy && left-- > 0) console.log(describe(judgement, copy).join('\n'));
    }
  }
  console.log(`seed ${options.seed}, ${options.rounds} for each family, interval and event; shares in percent`);
  for (const table of tables) console.log(`\n${table.lines().join('\n')}`);
}

if (values.help) console.log(HELP);
else main();
