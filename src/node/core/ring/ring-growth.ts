import type { Replication } from './placement.js';
import { Ring } from './ring.js';
import { allocateTokens, type Allocation } from './token-allocation.js';
import type { Place } from './topology.js';

/** Nodes that join one after the other, each with `tokensEach` tokens; node ids are numbered in the order of joining. */
export interface Growth {
  readonly places: readonly Place[];
  readonly tokensEach: number;
  readonly replication: Replication;
  readonly random: () => number;
  /** How a newcomer gets its tokens; by default as in a real cluster. */
  readonly allocate?: (allocation: Allocation) => readonly number[];
}

/** The ring after each join, as a cluster that grew this way would have it. */
export function* growingRing(growth: Growth): Generator<Ring, void, undefined> {
  const { tokensEach: count, replication, random, allocate = allocateTokens } = growth;
  let ring = Ring.of([]);
  for (const [i, newcomer] of growth.places.entries()) {
    const tokens = allocate({ ring, newcomer, count, replication, random });
    const nodeId = i.toString().padStart(5, '0');
    ring = Ring.of([...ring.members, { nodeId, tokens, ...newcomer }]);
    yield ring;
  }
}
