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
  const pieces = Math.min(parts, total);
  return Array.from({ length: pieces }, (_, i) =>
    cut(runs, Math.floor((total * i) / pieces), Math.floor((total * (i + 1)) / pieces)),
  );
}

/** The leaves at the places [first, end) of all. */
function cut(runs: readonly LeafRun[], first: number, end: number): readonly LeafRun[] {
  const cutOut: LeafRun[] = [];
  let place = 0;
  for (const { from, to } of runs) {
    const run = {
      from: from + Math.max(0, first - place),
      to: Math.min(to, from + end - place),
    };
    if (run.from < run.to) cutOut.push(run);
    place += to - from;
  }
  return cutOut;
}
