import { Placement, type Replication } from './placement.js';
import type { Ring } from './ring.js';
import { distanceBetween, RING_SIZE, type Token } from './token.js';

/** Copies that exist after a change, and those of them that their node did not hold before, both in rings of data. */
export interface Movement {
  readonly copies: number;
  readonly moved: number;
}

/** How much data goes to a node that did not hold it when `before` becomes `after`; neither ring is empty. */
export function movementBetween(before: Ring, after: Ring, replication: Replication): Movement {
  const old = Placement.of(before, replication);
  const now = Placement.of(after, replication);
  let copies = 0;
  let moved = 0;
  for (const { start, end } of piecesOf(before, after)) {
    const share = distanceBetween(start, end) / RING_SIZE;
    const had = old.replicaSetOf(start);
    const has = now.replicaSetOf(start);
    copies += share * has.length;
    moved += share * has.filter((nodeId) => !had.includes(nodeId)).length;
  }
  return { copies, moved };
}

interface Piece {
  readonly start: Token;
  readonly end: Token;
}

/** The ring cut at the tokens of both: each piece lies in one range of either. */
function piecesOf(a: Ring, b: Ring): readonly Piece[] {
  const starts = [...a.ranges(), ...b.ranges()].map((range) => range.start);
  const cuts = [...new Set(starts)].sort((x, y) => x - y);
  return cuts.map((start, i) => ({ start, end: cuts[(i + 1) % cuts.length]! }));
}
