import { assert } from '../../../stdx/assert.js';
import { SLOT_COUNT, SLOT_SIZE, type Token } from '../ring/token.js';
import { leafOf } from './leaf.js';

/** Leaves from `from` up to but not including `to`; never empty, and never over the end of the ring. */
export interface LeafRun {
  readonly from: number;
  readonly to: number;
}

/**
 * The leaves of the tokens in [start, end), in the order of the ring: one run, or two when the range goes over its end.
 * Equal bounds are the whole ring. Both must be multiples of the size of a slot, as tokens of nodes are.
 */
export function leafRunsOf(start: Token, end: Token): readonly LeafRun[] {
  assert(
    leafOf(start) * SLOT_SIZE === start && leafOf(end) * SLOT_SIZE === end,
    'a range is whole leaves',
  );
  const [from, to] = [leafOf(start), leafOf(end)];
  if (from < to) return [{ from, to }];
  const head = { from, to: SLOT_COUNT };
  return to === 0 ? [head] : [head, { from: 0, to }];
}

/** How many leaves there are in all. */
export function leavesIn(runs: readonly LeafRun[]): number {
  let count = 0;
  for (const { from, to } of runs) count += to - from;
  return count;
}

/**
 * The same leaves in the same order, cut into `parts` pieces whose sizes differ by one at most; fewer when there are fewer leaves.
 * Two nodes that cut the same range get the same pieces.
 */
export function splitRuns(
  runs: readonly LeafRun[],
  parts: number,
): readonly (readonly LeafRun[])[] {
  const total = leavesIn(runs);
  const count = Math.min(parts, total);
  const pieces: LeafRun[][] = [];
  let at = 0;
  let used = 0;
  for (let i = 0; i < count; i++) {
    const piece: LeafRun[] = [];
    let left = Math.floor((total * (i + 1)) / count) - Math.floor((total * i) / count);
    while (left > 0) {
      const { from, to } = runs[at]!;
      const taken = Math.min(left, to - from - used);
      piece.push({ from: from + used, to: from + used + taken });
      left -= taken;
      used += taken;
      if (from + used < to) continue;
      at += 1;
      used = 0;
    }
    pieces.push(piece);
  }
  return pieces;
}

/** Pieces put together in their order, while they have at most so many leaves; a larger one stays by itself. */
export function joinRuns(
  pieces: readonly (readonly LeafRun[])[],
  leavesMax: number,
): readonly (readonly LeafRun[])[] {
  const joined: LeafRun[][] = [];
  let leaves = Infinity;
  for (const piece of pieces) {
    const more = leavesIn(piece);
    if (leaves + more > leavesMax) {
      joined.push([]);
      leaves = 0;
    }
    joined.at(-1)?.push(...piece);
    leaves += more;
  }
  return joined;
}
