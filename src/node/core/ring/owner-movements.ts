import type { NodeId } from '../metadata/cluster-metadata.js';
import { changesOwners, gainersOf, losersOf, type OwnerPiece } from './owner-pieces.js';

/** Pieces of the ring that the same nodes lose and the same nodes gain. */
export interface OwnerMovement {
  /** Sorted; empty where copies are only added. */
  readonly from: readonly NodeId[];
  /** Sorted; empty where copies are only given up. */
  readonly to: readonly NodeId[];
  readonly ranges: number;
  /** Of all tokens, 0..1. */
  readonly share: number;
}

/** All that changes owners, by who loses and who gains it; the greatest share first. */
export function ownerMovements(pieces: readonly OwnerPiece[]): readonly OwnerMovement[] {
  const groups = new Map<string, OwnerMovement>();
  for (const piece of pieces) {
    if (!changesOwners(piece)) continue;
    const from = losersOf(piece).toSorted();
    const to = gainersOf(piece).toSorted();
    const key = `${from.join()} ${to.join()}`;
    const { ranges, share } = groups.get(key) ?? { ranges: 0, share: 0 };
    groups.set(key, { from, to, ranges: ranges + 1, share: share + piece.share });
  }
  return [...groups.values()].sort((a, b) => b.share - a.share);
}

/** Copies that are made, in rings of data: one that a node of its own was not an owner of before. */
export function copiesMade(movements: readonly OwnerMovement[]): number {
  return movements.reduce((sum, { share, to }) => sum + share * to.length, 0);
}
