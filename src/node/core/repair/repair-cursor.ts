import { hex32, utf8Encode } from '../../../stdx/bytes.js';
import { hash64 } from '../../../stdx/hash64.js';
import { canonicalJson } from '../metadata/canonical-json.js';
import type { RepairGroup } from './repair-groups.js';

/**
 * How far a repair that was asked for is, in its own plan. No clock has a part in it: a repair that goes on after a restart does again
 * what it cannot prove to have done, whatever the clocks of the nodes did meanwhile.
 */
export interface RepairCursor {
  /** Tells one plan from another: the ranges, and their owners. */
  readonly plan: string;
  /** Groups from here on were not gone over. */
  readonly next: number;
  /** Groups before `next` that are still to be repaired, ascending: those that failed. */
  readonly again: readonly number[];
}

/** More groups than these that failed are not kept one by one: all of them are gone over again. */
const AGAIN_MOST = 4096;
const PLAN_KEY = { hi: 0x6b76_7265, lo: 0x7061_6972 };

/** The cursor of a repair that has done nothing yet. */
export function cursorAt(groups: readonly RepairGroup[]): RepairCursor {
  return { plan: planName(groups), next: 0, again: [] };
}

/** The cursor once a group was gone over, repaired or not. */
export function cursorAfter(
  { plan, next, again }: RepairCursor,
  index: number,
  isRepaired: boolean,
): RepairCursor {
  const others = again.filter((one) => one !== index);
  const left = isRepaired ? others : [...others, index].sort((a, b) => a - b);
  return { plan, next: Math.max(next, index + 1), again: left };
}

/** What a repair that goes on has of an earlier plan: all of it when the plan is the same, and nothing when it is another. */
export function cursorFor(groups: readonly RepairGroup[], earlier: RepairCursor): RepairCursor {
  const fresh = cursorAt(groups);
  const isSame = earlier.plan === fresh.plan && earlier.next <= groups.length;
  return isSame && earlier.again.length <= AGAIN_MOST ? earlier : fresh;
}

/** What is kept of a cursor: of one with too much in it only that it was begun. */
export function keptCursor(cursor: RepairCursor): RepairCursor {
  return cursor.again.length <= AGAIN_MOST ? cursor : { ...cursor, next: 0, again: [] };
}

/** The places of the groups that are still to be repaired, in order. */
export function groupsLeft(
  { next, again }: RepairCursor,
  groups: readonly RepairGroup[],
): readonly number[] {
  const failed = new Set(again);
  return groups.flatMap((_, index) => (index >= next || failed.has(index) ? [index] : []));
}

function planName(groups: readonly RepairGroup[]): string {
  const { hi, lo } = hash64(utf8Encode(canonicalJson(groups)), PLAN_KEY);
  return hex32(hi) + hex32(lo);
}
