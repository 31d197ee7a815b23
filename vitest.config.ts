import { defineConfig } from 'vitest/config';

/** Fast tests run on every change; slow ones (`*.slow.test.ts`) by `npm run test:slow`. */
export default defineConfig({
  test: {
    pool: 'forks',
    allowOnly: false,
    reporters: ['default', './scripts/count-reporter.mjs'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    coverage: { provider: 'v8', include: ['src/**'], exclude: ['src/generated/**'] },
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
          exclude: ['test/**/*.slow.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'slow',
          include: ['test/**/*.slow.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
