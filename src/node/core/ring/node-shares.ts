import type { NodeId } from '../metadata/cluster-metadata.js';
import { gainersOf, losersOf, type OwnerPiece } from './owner-pieces.js';

/** What a node owns of all tokens, 0..1, on two rings: as the first replica, and as any. */
export interface NodeShares {
  readonly primary: number;
  readonly holds: number;
  readonly primaryNext: number;
  readonly holdsNext: number;
  /** What it owns on one of them only. */
  readonly gains: number;
  readonly loses: number;
}

const NOTHING: NodeShares = {
  primary: 0,
  holds: 0,
  primaryNext: 0,
  holdsNext: 0,
  gains: 0,
  loses: 0,
};

/** What each node owns; asked for a node that owns nothing it says so. */
export function nodeShares(pieces: readonly OwnerPiece[]): (nodeId: NodeId) => NodeShares {
  const sums = new Map<NodeId, { -readonly [K in keyof NodeShares]: number }>();
  const add = (nodeIds: readonly (NodeId | undefined)[], to: keyof NodeShares, share: number) => {
    for (const nodeId of nodeIds) {
      if (nodeId === undefined) continue;
      let sum = sums.get(nodeId);
      if (sum === undefined) {
        sum = { ...NOTHING };
        sums.set(nodeId, sum);
      }
      sum[to] += share;
    }
  };
  for (const piece of pieces) {
    add([piece.now[0]], 'primary', piece.share);
    add(piece.now, 'holds', piece.share);
    add([piece.next[0]], 'primaryNext', piece.share);
    add(piece.next, 'holdsNext', piece.share);
    add(gainersOf(piece), 'gains', piece.share);
    add(losersOf(piece), 'loses', piece.share);
  }
  return (nodeId) => sums.get(nodeId) ?? NOTHING;
}
