import type { Namespace } from '../metadata/cluster-metadata.js';
import { ownedRanges, type OwnedRange, type RangeView } from '../topology/owner-ranges.js';
import { isMovingToken, type Owners } from '../topology/owners.js';

/**
 * The ranges of the ring as it is, in its order; one of which parts move, or move in different ways, in its parts. So while a plan is only
 * prepared, and where it changes nothing, the ranges are the same as without one.
 */
export function repairRanges(view: RangeView, namespace: Namespace): readonly OwnedRange[] {
  const pieces = ownedRanges(view, namespace);
  if (view.planned === undefined) return pieces;
  const starts = new Set(view.ring.ranges().map(({ start }) => start));
  // Beginning with a range of the ring: parts of the last one, which wraps, come last.
  const first = pieces.findIndex(({ start }) => starts.has(start));
  const ranges: OwnedRange[] = [];
  for (const piece of [...pieces.slice(first), ...pieces.slice(0, first)]) {
    const before = ranges.at(-1);
    if (before === undefined || starts.has(piece.start) || !isAlike(before.owners, piece.owners))
      ranges.push(piece);
    else ranges[ranges.length - 1] = { ...before, end: piece.end };
  }
  return ranges;
}

/** Of two parts of one range: whether neither moves, or both in the same way. */
function isAlike(a: Owners, b: Owners): boolean {
  return a === b || (!isMovingToken(a) && !isMovingToken(b));
}
