import { describe, expect, it } from 'vitest';
import { brokenRules, runSeed } from './run-seed.js';

const SEEDS = Array.from({ length: 20 }, (_, i) => i + 3);

describe('ten virtual minutes of heavy faults while nodes join and leave', () => {
  it.each(SEEDS)('break no rule with seed %i', { timeout: 600_000 }, async (seed) => {
    const report = await runSeed(seed, { ringChanges: true, minutes: 10 });
    expect(brokenRules(report)).toEqual([]);
    expect(report.ringChanges['commit']).toBeGreaterThan(0);
  });
});
