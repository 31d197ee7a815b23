import { describe, expect, it } from 'vitest';
import { brokenRules, runSeed } from './run-seed.js';

describe('two virtual minutes of heavy faults while nodes join and leave', () => {
  let moved = 0;

  it.each([1, 2])('break no rule with seed %i', { timeout: 180_000 }, async (seed) => {
    const report = await runSeed(seed, { ringChanges: true });
    expect(brokenRules(report)).toEqual([]);
    moved += report.ringChanges['commit'] ?? 0;
  });

  it('have plans', () => {
    expect(moved).toBeGreaterThan(0);
  });
});
