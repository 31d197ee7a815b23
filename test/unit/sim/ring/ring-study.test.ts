import { describe, expect, it } from 'vitest';
import type { RingLayout } from '../../../../src/sim/ring/ring-layout.js';
import { medianStudy, studyRing, type RingStudy } from '../../../../src/sim/ring/ring-study.js';

const LAYOUT: RingLayout = { vnodes: 16, replicationFactor: 3, racks: 1, tokens: 'allocated' };

/** A study, and the numbers of nodes that it told on the way. */
function study(layout: Partial<RingLayout>, nodes: number, seed = 1): [RingStudy, number[]] {
  const told: number[] = [];
  const joins = studyRing({ layout: { ...LAYOUT, ...layout }, nodes, seed });
  for (let step = joins.next(); ; step = joins.next()) {
    if (step.done === true) return [step.value, told];
    told.push(step.value);
  }
}

describe('the study of a ring', () => {
  it('tells every join, up to the one node more', () => {
    expect(study({}, 4)[1]).toEqual([1, 2, 3, 4, 5]);
  });

  it('finds allocated tokens even and random ones not', () => {
    const [allocated] = study({}, 20);
    const [random] = study({ tokens: 'random' }, 20);
    expect(allocated.replicated).toBeLessThan(1.05);
    expect(random.replicated).toBeGreaterThan(1.2);
    expect(random.primary).toBeGreaterThan(allocated.primary);
  });

  it('moves one fair share to a newcomer, and what a leaver held', () => {
    const [{ added, removed }] = study({ vnodes: 64 }, 20);
    expect(added.fairShares).toBeCloseTo(1, 1);
    expect(added.moved).toBeCloseTo(added.fairShares / 21, 10);
    expect(removed?.fairShares).toBeCloseTo(1, 1);
    expect(removed?.moved).toBeCloseTo((removed?.fairShares ?? 0) / 20, 10);
  });

  it('finds fewer replica sets and fewer fatal pairs with fewer vnodes', () => {
    const [few] = study({ vnodes: 2 }, 40);
    const [many] = study({ vnodes: 32 }, 40);
    expect(few.replicaSets).toBeLessThan(many.replicaSets);
    expect(few.fatalPairs).toBeLessThan(many.fatalPairs);
    expect(many.fatalPairs).toBeLessThanOrEqual(1);
  });

  it('is the same for the same seed, and another for another', () => {
    expect(study({}, 10)).toEqual(study({}, 10));
    expect(study({}, 10, 2)).not.toEqual(study({}, 10));
  });

  it('takes one node alone, which nobody can leave', () => {
    const [alone] = study({ replicationFactor: 1 }, 1);
    expect(alone.removed).toBeUndefined();
    expect(alone).toMatchObject({ replicated: 1, replicaSets: 1, fatalPairs: 0 });
  });

  it('has medians of every figure', () => {
    const studies = [1, 2, 3].map((seed) => study({ tokens: 'random' }, 8, seed)[0]);
    const median = medianStudy(studies);
    const middle = studies.map((one) => one.replicated).sort((a, b) => a - b)[1];
    expect(median.replicated).toBe(middle);
    expect(Object.keys(median)).toEqual(Object.keys(studies[0] ?? {}));
  });
});
