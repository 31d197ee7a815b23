import { describe, expect, it } from 'vitest';
import type { TopologyPlan } from '../../../../src/node/core/topology/topology-plan.js';
import { PlanState } from '../../../../src/node/topology/plan-state.js';

const PLAN: TopologyPlan = {
  id: 7,
  step: 'write-both',
  stepEpoch: 8,
  changes: [],
  paused: false,
};

function halfDone(): PlanState {
  const state = new PlanState(PLAN, undefined);
  state.ranges = 10;
  state.rangesDone = 4;
  state.movedBytes = 1_000;
  state.finish('group');
  state.end();
  return state;
}

describe('what a node has done of a step', () => {
  it('is done after a pause', () => {
    const state = new PlanState(PLAN, halfDone());
    expect(state.signal.aborted).toBe(false);
    expect(state.has('group')).toBe(true);
    expect(state.report(0)).toMatchObject({ ranges: 10, rangesDone: 4, movedBytes: 1_000 });
  });

  it.each([
    ['another step', { ...PLAN, stepEpoch: 9 }],
    ['another plan', { ...PLAN, id: 9 }],
  ])('is nothing of %s', (_, plan) => {
    const state = new PlanState(plan, halfDone());
    expect(state.has('group')).toBe(false);
    expect(state.report(0)).toMatchObject({ ranges: 0, rangesDone: 0, movedBytes: 0 });
  });
});
