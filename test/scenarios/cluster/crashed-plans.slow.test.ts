import { describe, expect, it } from 'vitest';
import { crashedAt, DECOMMISSION, eventsOf, JOIN, type CrashedPlan } from './crashed-plans.js';

/** Each how manieth event is tried: 1 is all of them, which takes hours; KV_CRASH_EVERY says otherwise. */
const EVERY = Number(process.env['KV_CRASH_EVERY'] ?? 20);

async function all(plan: CrashedPlan, victim: string): Promise<void> {
  const events = await eventsOf(plan);
  for (let event = 1; event <= events; event += EVERY)
    expect(await crashedAt(plan, victim, event), `${victim} at event ${event}`).toBeUndefined();
}

describe(
  'a plan goes on to its end, and nothing is lost, when at any moment',
  { timeout: 36_000_000 },
  () => {
    it.each(['n1', 'n2', 'n3', 'n4'])('%s crashes while n4 joins', async (victim) => {
      await all(JOIN, victim);
    });

    it.each(['n1', 'n2', 'n3', 'n4'])('%s crashes while n2 leaves', async (victim) => {
      await all(DECOMMISSION, victim);
    });
  },
);
