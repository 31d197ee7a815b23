import { defineConfig } from 'vitest/config';

const slow = 'test/**/*.slow.test.ts';
/** They put something else in the place of a module or of a global, or look at the listeners of their process. */
const alone = ['test/sim/planted/**', 'test/tui/**', 'test/unit/cli/**', 'test/*.test.ts'];
/** They start processes or open sockets, but no cluster, and measure no time: others may take turns with theirs. */
const commands = [
  'test/integration/**/*.test.ts',
  'test/e2e/commands-refused.test.ts',
  'test/e2e/run.test.ts',
  'test/e2e/sim-*.test.ts',
  'test/e2e/test-count.test.ts',
  'test/e2e/daemon/{bad-peers,full-disk,refusals}.test.ts',
];
const processes = ['test/e2e/**/*.test.ts', 'test/conformance/grpc-transport.test.ts'];
const sockets = [...processes, 'test/integration/**/*.test.ts'];

const side = { maxWorkers: 2, sequence: { groupOrder: 0 } };

/**
 * Three groups, one after the other: what may run two files at a time, in memory or as processes; clusters of processes,
 * and what measures time, one file at a time, so that no node is starved of its processor; and the slow ones, which only
 * `npm run test:slow` runs. A test of processes that is not named above is of the second group.
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
          ...side,
          name: 'memory',
          include: ['test/**/*.test.ts'],
          exclude: [...alone, ...sockets, slow],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Loading the modules anew for each file would take as long as its tests.
          isolate: false,
          restoreMocks: true,
        },
      },
      {
        extends: true,
        test: {
          ...side,
          name: 'alone',
          include: alone.map((folder) => folder.replace(/\/\*\*$/, '/**/*.test.{ts,tsx}')),
          exclude: [slow],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          ...side,
          name: 'commands',
          include: commands,
          exclude: [slow],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'processes',
          include: processes,
          exclude: [...commands, slow],
          testTimeout: 120_000,
          hookTimeout: 120_000,
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
