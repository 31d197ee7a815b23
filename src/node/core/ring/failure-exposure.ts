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
  const fragile = new Set<string>();
  for (const nodeIds of sets.values()) {
    if (isLostWith(1, nodeIds)) for (const nodeId of nodeIds) fragile.add(nodeId);
    else if (isLostWith(2, nodeIds)) addPairs(nodeIds, pairs);
  }
  const owners = ring.members.filter((member) => member.tokens.length > 0).length;
  const allPairs = pairsOf(owners);
  if (allPairs === 0) return { replicaSets: sets.size, fatalPairs: 0 };
  // A node that costs a quorum alone does so together with any other.
  const withFragile = allPairs - pairsOf(owners - fragile.size);
  const others = [...pairs].filter((pair) => !pair.split(',').some((id) => fragile.has(id)));
  return { replicaSets: sets.size, fatalPairs: (withFragile + others.length) / allPairs };
}

/** Whether the loss of so many of these replicas leaves no quorum of them. */
function isLostWith(lost: number, { length }: readonly string[]): boolean {
  return length - lost < Math.floor(length / 2) + 1;
}

function addPairs(nodeIds: readonly string[], pairs: Set<string>): void {
  for (const [i, first] of nodeIds.entries()) {
    for (const second of nodeIds.slice(i + 1)) pairs.add(`${first},${second}`);
  }
}

function pairsOf(nodes: number): number {
  return (nodes * (nodes - 1)) / 2;
}
