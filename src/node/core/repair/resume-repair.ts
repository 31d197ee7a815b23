import { cursorFor, groupsLeft } from './repair-cursor.js';
import type { RepairGroup } from './repair-groups.js';
import type { RepairJobRecord } from './repair-job-record.js';

const NOTHING = { done: 0, repaired: 0, partial: 0, failed: 0 } as const;

/** A repair as the next run of its node takes it up. */
export function resumedRepair(record: RepairJobRecord, atMs: number): RepairJobRecord {
  return {
    ...record,
    restarts: record.restarts + 1,
    resumedAtMs: atMs,
    idleRestarts: record.idleRestarts + 1,
  };
}

/**
 * A repair as it goes on with these groups: with what it has repaired if its ranges and their owners are the same as before, else from
 * its beginning. What failed is tried again.
 */
export function plannedRepair(
  record: RepairJobRecord,
  groups: readonly RepairGroup[],
): RepairJobRecord {
  const cursor = cursorFor(groups, record.cursor);
  const ranges = rangesOf(groups);
  const left = rangesOf(groupsLeft(cursor, groups).map((index) => groups[index]!));
  const counts = { ...record.counts, done: ranges - left, failed: 0 };
  return { ...record, ranges, cursor, counts: cursor.next === 0 ? NOTHING : counts };
}

/** Ranges of the ring in some groups. */
export function rangesOf(groups: readonly RepairGroup[]): number {
  return groups.reduce((sum, { ranges }) => sum + ranges, 0);
}
