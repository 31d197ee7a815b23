import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cursorAfter,
  cursorAt,
  groupsLeft,
  keptCursor,
} from '../../src/node/core/repair/repair-cursor.js';
import type { RepairGroup } from '../../src/node/core/repair/repair-groups.js';
import type { RepairJobRecord } from '../../src/node/core/repair/repair-job-record.js';
import { plannedRepair } from '../../src/node/core/repair/resume-repair.js';

const groupsOf = (count: number, owners = ['a', 'b']): readonly RepairGroup[] =>
  Array.from({ length: count }, (_, i) => ({
    namespace: 1,
    owners,
    runs: [{ from: i * 8, to: i * 8 + 8 }],
    ranges: 1 + (i % 3),
  }));

const begun = (groups: readonly RepairGroup[]): RepairJobRecord => ({
  id: 'r-0001',
  scope: {},
  state: 'running',
  startedAtMs: 0,
  tookMs: 0,
  ranges: 0,
  counts: { done: 0, repaired: 0, partial: 0, failed: 0 },
  moves: { differing: 0, sent: 0, sentBytes: 0, dropped: 0 },
  problem: '',
  away: [],
  restarts: 0,
  resumedAtMs: undefined,
  idleRestarts: 0,
  cursor: cursorAt(groups),
});

/** What becomes of the groups that are gone over in one run of the node, until it ends. */
const run = fc.array(fc.boolean(), { maxLength: 12 });

describe('a repair that goes on after restarts', () => {
  it('goes over exactly the groups that were not repaired, however often it is cut off', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(run, { maxLength: 8 }),
        (count, runs) => {
          const groups = groupsOf(count);
          const repaired = new Set<number>();
          let job = begun(groups);
          for (const outcomes of runs) {
            job = plannedRepair(job, groups);
            const left = groupsLeft(job.cursor, groups);
            expect(left).toEqual(groups.flatMap((_, i) => (repaired.has(i) ? [] : [i])));
            const ranges = [...repaired].reduce((sum, i) => sum + groups[i]!.ranges, 0);
            expect(job.counts).toMatchObject({ done: ranges, failed: 0 });
            for (const [i, isRepaired] of outcomes.slice(0, left.length).entries()) {
              const index = left[i]!;
              job = { ...job, cursor: keptCursor(cursorAfter(job.cursor, index, isRepaired)) };
              if (isRepaired) repaired.add(index);
            }
          }
        },
      ),
    );
  });

  it('begins anew when its ranges are others, or have other owners', () => {
    const groups = groupsOf(5);
    const cursor = cursorAfter(cursorAfter(cursorAt(groups), 0, true), 1, false);
    const counts = { done: 3, repaired: 1, partial: 2, failed: 2 };
    const job: RepairJobRecord = { ...begun(groups), cursor, counts };
    expect(plannedRepair(job, groups).counts).toEqual({ ...counts, done: 1, failed: 0 });
    for (const others of [groupsOf(4), groupsOf(6), groupsOf(5, ['a', 'c'])]) {
      const anew = plannedRepair(job, others);
      expect(groupsLeft(anew.cursor, others)).toHaveLength(others.length);
      expect(anew.counts).toEqual({ done: 0, repaired: 0, partial: 0, failed: 0 });
    }
  });
});
