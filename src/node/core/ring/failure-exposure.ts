import { Placement, type Replication } from './placement.js';
import type { Ring } from './ring.js';

/** How the failures of single nodes combine on one ring: fewer sets, fewer combinations that hurt. */
export interface FailureExposure {
  /** Different sets of nodes that hold some range, whatever their order. */
  readonly replicaSets: number;
  /** Share of all pairs of nodes whose loss together leaves some range without a quorum, 0..1. */
  readonly fatalPairs: number;
}

/** What losing two nodes at once may cost on this ring; quorums are majorities of all replicas of a range. */
export function failureExposureOf(ring: Ring, replication: Replication): FailureExposure {
  const placement = Placement.of(ring, replication);
  const sets = new Map<string, readonly string[]>();
  for (const { index } of ring.ranges()) {
    const nodeIds = placement.replicaSetAt(index).toSorted();
    sets.set(nodeIds.join(), nodeIds);
  }
  const pairs = new Set<string>();
  for (const nodeIds of sets.values()) addFatalPairs(nodeIds, pairs);
  const owners = ring.members.filter((member) => member.tokens.length > 0).length;
  const allPairs = (owners * (owners - 1)) / 2;
  return { replicaSets: sets.size, fatalPairs: allPairs === 0 ? 0 : pairs.size / allPairs };
}

function addFatalPairs(nodeIds: readonly string[], pairs: Set<string>): void {
  const quorum = Math.floor(nodeIds.length / 2) + 1;
  if (nodeIds.length - 2 >= quorum) return;
  for (const [i, first] of nodeIds.entries()) {
    for (const second of nodeIds.slice(i + 1)) pairs.add(`${first},${second}`);
  }
}
