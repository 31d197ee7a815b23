import { describe, expect, it } from 'vitest';
import { brokenRules, runSeed } from './run-seed.js';

/** Runs a range of seeds as tests of their own. */
export function describeSeeds(from: number, to: number): void {
  describe(`two virtual minutes of five nodes under heavy faults, seeds ${from} to ${to}`, () => {
    const seeds = Array.from({ length: to - from + 1 }, (_, i) => from + i);
    it.each(seeds)('break no rule with seed %i', async (seed) => {
      expect(brokenRules(await runSeed(seed))).toEqual([]);
    });
  });
}
