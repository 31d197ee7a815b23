import { expect, it } from 'vitest';
import { imbalanceOf, ownershipOf } from '../../src/node/core/ring/ownership.js';
import { movementBetween } from '../../src/node/core/ring/range-movement.js';
import { Ring } from '../../src/node/core/ring/ring.js';
import { growingRing } from '../../src/node/core/ring/ring-growth.js';
import { Prng } from '../../src/stdx/prng.js';

const REPLICATION = { dc1: 3 };
const NODES = 300;

/** The last two rings of a cluster that grew to 300 nodes. */
function grown(racks: number, tokensEach: number, seed: string): { before: Ring; after: Ring } {
  const prng = Prng.named(seed);
  const places = Array.from({ length: NODES }, (_, i) => ({
    host: `h${i}`,
    rack: `r${i % racks}`,
    dc: 'dc1',
  }));
  let [before, after] = [Ring.of([]), Ring.of([])];
  const growth = { places, tokensEach, replication: REPLICATION, random: () => prng.nextFloat() };
  for (const ring of growingRing(growth)) [before, after] = [after, ring];
  return { before, after };
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

it.each([
  { racks: 1, tokensEach: 128, atMost: 1.02 },
  { racks: 3, tokensEach: 128, atMost: 1.02 },
  { racks: 1, tokensEach: 16, atMost: 1.05 },
  { racks: 3, tokensEach: 16, atMost: 1.05 },
])('300 nodes are as even as promised, and the last moved no more than its share: %j', (goal) => {
  const runs = ['alpha', 'beta', 'gamma', 'delta', 'epsilon'].map((seed) => {
    const { before, after } = grown(goal.racks, goal.tokensEach, seed);
    const { copies, moved } = movementBetween(before, after, REPLICATION);
    const replicated = ownershipOf(after, REPLICATION).map((owner) => owner.replicated);
    return { imbalance: imbalanceOf(replicated), moved: (moved / copies) * NODES };
  });
  expect(medianOf(runs.map((run) => run.imbalance))).toBeLessThanOrEqual(goal.atMost);
  for (const { moved } of runs) expect(moved).toBeLessThanOrEqual(1.05);
});
