import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { movingHistories } from './moving-histories.js';
import { MovingModel } from './moving-model.js';
import { STEPS } from './moving-plans.js';

describe('a key that moves, under writes that reach some and readers that know old plans', () => {
  it('is read as it was last acknowledged, or last read, in every step', () => {
    const ends = new Set<string>();
    fc.assert(
      fc.property(movingHistories, ({ move, levels, events }) => {
        const model = new MovingModel(move, levels);
        for (const event of events) expect(model.run(event)).toBeUndefined();
        ends.add(model.step);
      }),
      { numRuns: 2000 },
    );
    // The histories come to every step, so that all of them were checked.
    expect([...ends].sort()).toEqual([...STEPS].sort());
  });
});
