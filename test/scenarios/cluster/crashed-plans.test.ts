import { describe, expect, it } from 'vitest';
import { crashedAt, DECOMMISSION, eventsOf, JOIN, type CrashedPlan } from './crashed-plans.js';

/** Moments that are tried for each node, spread over the plan; `crashed-plans.slow.test.ts` has all of them. */
const MOMENTS = 5;

async function some(plan: CrashedPlan, victim: string): Promise<void> {
  const events = await eventsOf(plan);
  for (let i = 0; i < MOMENTS; i++) {
    const event = 1 + Math.floor(((i + 0.5) * events) / MOMENTS);
    expect(await crashedAt(plan, victim, event), `${victim} at event ${event}`).toBeUndefined();
  }
}

describe('a plan goes on to its end, and nothing is lost, when somewhere in it', () => {
  it.each(['n1', 'n4'])('%s crashes while a node joins', async (victim) => {
    await some(JOIN, victim);
  });

  it.each(['n1', 'n2'])('%s crashes while a node leaves', async (victim) => {
    await some(DECOMMISSION, victim);
  });
});
