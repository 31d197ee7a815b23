import type { NodeId } from '../metadata/cluster-metadata.js';
import { cutsOf } from '../topology/owner-ranges.js';
import type { PlacedRing } from './ring-layout.js';
import { distanceBetween, RING_SIZE, type Token } from './token.js';

/** A piece of the ring whose tokens have the same owners, on two rings; it may wrap. */
export interface OwnerPiece {
  readonly start: Token;
  /** Not included; the whole ring when it is the start. */
  readonly end: Token;
  /** Of all tokens, 0..1. */
  readonly share: number;
  /** In order of preference. */
  readonly now: readonly NodeId[];
  /** The array `now` when it is not asked about another ring. */
  readonly next: readonly NodeId[];
}

/** The whole ring in the order of the starts: its ranges, cut at the tokens of the next ring too if there is one. */
export function ownerPieces(now: PlacedRing, next?: PlacedRing): readonly OwnerPiece[] {
  return cutsOf({ ring: now.ring, planned: next }).map(([start, end]) => {
    const owners = now.placement.replicaSetOf(start);
    return {
      start,
      end,
      share: distanceBetween(start, end) / RING_SIZE,
      now: owners,
      next: next === undefined ? owners : next.placement.replicaSetOf(start),
    };
  });
}

/** Those that own it next, and do not now. */
export function gainersOf({ now, next }: Pick<OwnerPiece, 'now' | 'next'>): readonly NodeId[] {
  return next.filter((nodeId) => !now.includes(nodeId));
}

/** Those that own it now, and do not next. */
export function losersOf({ now, next }: Pick<OwnerPiece, 'now' | 'next'>): readonly NodeId[] {
  return now.filter((nodeId) => !next.includes(nodeId));
}

/** Whether other nodes own it next; the same ones in another order are not. */
export function changesOwners(piece: Pick<OwnerPiece, 'now' | 'next'>): boolean {
  return gainersOf(piece).length > 0 || losersOf(piece).length > 0;
}
