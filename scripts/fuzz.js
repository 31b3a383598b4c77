// npm run fuzz: repeats the fuzz tests, each round with a new seed, until the time is over or a test fails.
// FUZZ_SECONDS=60 FUZZ_RUNS=10000 (cases per test and round) FUZZ_SEED=1 (of the first round). Arguments go to vitest.
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const endsAt = performance.now() + Number(process.env.FUZZ_SECONDS ?? 60) * 1000;
const runs = process.env.FUZZ_RUNS ?? '10000';
// A day, since FUZZ_RUNS may be very large.
const args = ['run', 'test/fuzz', '--reporter=dot', '--testTimeout=86400000', ...process.argv.slice(2)];

let seed = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31));
for (let round = 1; round === 1 || performance.now() < endsAt; round++) {
  console.log(`round ${round}: FUZZ_SEED=${seed} FUZZ_RUNS=${runs}`);
  const env = { ...process.env, FUZZ_SEED: String(seed), FUZZ_RUNS: runs };
  const { status } = spawnSync(process.execPath, [vitest, ...args], { stdio: 'inherit', env });
  if (status !== 0) {
    console.error(`failed in round ${round}: FUZZ_SEED=${seed} FUZZ_RUNS=${runs} npm run fuzz reproduces it`);
    process.exit(1);
  }
  seed = randomInt(2 ** 31);
}
