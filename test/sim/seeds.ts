import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../src/node/core/settings.js';
import type { SimReport } from '../../src/sim/run/report.js';
import { brokenRules, runSeed } from './run-seed.js';

/** Runs a range of seeds as tests of their own. */
export function describeSeeds(from: number, to: number): void {
  describe(`two virtual minutes of five nodes under heavy faults, seeds ${from} to ${to}`, () => {
    const seeds = Array.from({ length: to - from + 1 }, (_, i) => from + i);
    const forgetful: SimReport['forgotten'][] = [];

    it.each(seeds)('break no rule with seed %i', async (seed) => {
      const report = await runSeed(seed);
      expect(brokenRules(report)).toEqual([]);
      if (report.graceMs < DEFAULT_SETTINGS.graceMs) forgetful.push(report.forgotten);
    });

    it('purge tombstones where deletes are kept for a minute or less', () => {
      const purging = forgetful.filter(({ purged }) => purged > 0);
      expect(purging.length).toBeGreaterThanOrEqual(forgetful.length / 2);
      expect(forgetful.every(({ rises, swept }) => rises > 0 && swept > 0)).toBe(true);
    });
  });
}
