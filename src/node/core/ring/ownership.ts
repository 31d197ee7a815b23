import { Placement, type Replication } from './placement.js';
import type { Ring, RingMember } from './ring.js';
import { distanceBetween, RING_SIZE } from './token.js';

/** What one node owns, as fractions of all tokens: first in the preference list, and anywhere in it. */
export interface NodeOwnership {
  readonly member: RingMember;
  readonly primary: number;
  readonly replicated: number;
}

/** What every node of a ring owns under a replication, in the order of `ring.members`; nodes without tokens own nothing. */
export function ownershipOf(ring: Ring, replication: Replication): readonly NodeOwnership[] {
  const placement = Placement.of(ring, replication);
  const primary = new Map<string, number>();
  const replicated = new Map<string, number>();
  for (const { index, start, end } of ring.ranges()) {
    const share = distanceBetween(start, end) / RING_SIZE;
    const nodeIds = placement.replicaSetAt(index);
    if (nodeIds[0] !== undefined) add(primary, nodeIds[0], share);
    for (const nodeId of nodeIds) add(replicated, nodeId, share);
  }
  return ring.members.map((member) => ({
    member,
    primary: primary.get(member.nodeId) ?? 0,
    replicated: replicated.get(member.nodeId) ?? 0,
  }));
}

/** The greatest of some shares divided by their mean: 1 when all are the same, also when all are nothing. */
export function imbalanceOf(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  return sum === 0 ? 1 : (Math.max(...shares) * shares.length) / sum;
}

/**
 * The worst imbalance of replicated ownership inside any rack.
 * It is what an allocation can be judged by where racks of different size hold equal shares, as they must.
 */
export function imbalanceWithinRacks(owners: readonly NodeOwnership[]): number {
  const byRack = new Map<string, number[]>();
  for (const { member, replicated } of owners) {
    const rack = JSON.stringify([member.dc, member.rack]);
    const shares = byRack.get(rack) ?? [];
    byRack.set(rack, shares);
    shares.push(replicated);
  }
  return Math.max(1, ...[...byRack.values()].map(imbalanceOf));
}

function add(sums: Map<string, number>, nodeId: string, share: number): void {
  sums.set(nodeId, (sums.get(nodeId) ?? 0) + share);
}
