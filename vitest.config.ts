import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Tests open real sockets and start real programs: generous on a loaded machine, and none of them waits by sleeping.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // Most of the time goes by in waiting for other programs, so more of them than there are cores.
    maxWorkers: 3,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text', 'text-summary'],
      thresholds: { lines: 95 },
    },
  },
});
