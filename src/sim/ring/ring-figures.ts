import { failureExposureOf } from '../../node/core/ring/failure-exposure.js';
import { imbalanceOf, imbalanceWithinRacks, ownershipOf } from '../../node/core/ring/ownership.js';
import { movementBetween } from '../../node/core/ring/range-movement.js';
import { Ring } from '../../node/core/ring/ring.js';
import { replicationOf, type RingLayout } from './ring-layout.js';

/** How evenly a ring is shared, and what failures of two nodes at once may cost. */
export interface RingFigures {
  /** Replicated ownership of the fullest node over the mean; with racks, the worst inside any rack. */
  readonly replicated: number;
  /** The same of primary ranges, over the whole ring. */
  readonly primary: number;
  readonly replicaSets: number;
  /** Share of the pairs of nodes whose loss together costs some range its quorum, 0..1. */
  readonly fatalPairs: number;
}

/** What one change of membership moves. */
export interface MoveFigures {
  /** Share of all copies that go to a node that did not hold them, 0..1. */
  readonly moved: number;
  /** The same in fair shares: 1 is what one node of the greater ring holds on average. */
  readonly fairShares: number;
  /** Replicated max over mean after the change, as in `RingFigures`. */
  readonly replicated: number;
}

export function ringFiguresOf(ring: Ring, layout: RingLayout): RingFigures {
  const replication = replicationOf(layout);
  const owners = ownershipOf(ring, replication);
  return {
    replicated: imbalanceWithinRacks(owners),
    primary: imbalanceOf(owners.map((owner) => owner.primary)),
    ...failureExposureOf(ring, replication),
  };
}

/** What it takes to come from one ring to another that has one node more or less. */
export function moveFiguresOf(before: Ring, after: Ring, layout: RingLayout): MoveFigures {
  const replication = replicationOf(layout);
  const { copies, moved } = movementBetween(before, after, replication);
  const greater = Math.max(before.members.length, after.members.length);
  return {
    moved: moved / copies,
    fairShares: (moved / copies) * greater,
    replicated: imbalanceWithinRacks(ownershipOf(after, replication)),
  };
}

/** The ring without the node of this index. */
export function without(ring: Ring, index: number): Ring {
  return Ring.of(ring.members.filter((_, i) => i !== index));
}
