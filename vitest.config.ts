import { defineConfig } from 'vitest/config';

const slow = 'test/**/*.slow.test.ts';
const processes = ['test/e2e/**/*.test.ts', 'test/integration/**/*.test.ts'];

/**
 * Three groups, one after the other: tests in memory, two files at a time; tests that start processes or open
 * sockets, one file at a time, so that nodes are not starved of the processor they measure time by; and the
 * slow ones, which only `npm run test:slow` runs.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    allowOnly: false,
    reporters: ['default', './scripts/count-reporter.mjs'],
    coverage: { provider: 'v8', include: ['src/**'], exclude: ['src/generated/**'] },
    projects: [
      {
        extends: true,
        test: {
          name: 'memory',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: [...processes, slow],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'processes',
          include: processes,
          exclude: [slow],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'slow',
          include: [slow],
          testTimeout: 600_000,
          hookTimeout: 120_000,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
