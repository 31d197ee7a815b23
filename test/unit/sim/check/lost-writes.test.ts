import { describe, expect, it } from 'vitest';
import { byKey } from '../../../../src/sim/check/key-history.js';
import { lostWrites } from '../../../../src/sim/check/lost-writes.js';
import type { HistoryOperation, Violation } from '../../../../src/sim/workload/history.js';
import { del, exists, get, historyOf, put } from './history-of.js';

function check(history: readonly HistoryOperation[]): readonly Violation[] {
  return byKey(history).flatMap((key) => [...lostWrites(key)]);
}

const a = put([0, 10], 'a', { version: 1 });
const b = put([20, 30], 'b', { version: 2 });

describe('an acknowledged write is lost when a later read', () => {
  it('finds the value that it had overwritten', () => {
    const [violation, ...rest] = check(historyOf(a, b, get([40, 50], 'a', { version: 2 })));
    expect(rest).toEqual([]);
    expect(violation).toEqual({
      rule: 'acknowledged-write-lost',
      message:
        'get #2 by c1 found a at 0000000000020000-0000000000000000, not put #1 of b by c1, acknowledged ' +
        'before the read began, and put #0 of a by c1 had ended before that write began',
      key: 'k',
      operations: [0, 1, 2],
      atMs: 50,
    });
  });

  it('finds a version below its own', () => {
    const [violation] = check(historyOf(a, get([20, 30], 'b', { version: 0 })));
    expect(violation?.message).toBe(
      'get #1 by c1 found b at 0000000000000000-0000000000000000, below the version of put #0 of a by c1, ' +
        'acknowledged before the read began',
    );
    expect(violation?.operations).toEqual([0, 1]);
  });

  it('finds nothing, where nobody deleted', () => {
    const [violation] = check(historyOf(a, get([20, 30], undefined, { version: 1 })));
    expect(violation?.message).toContain('no write that began in time explains that');
  });

  it('finds nothing at all, not even the tombstone of a deletion that was tried', () => {
    const tried = del([12, 14], {});
    expect(check(historyOf(a, tried, get([20, 30], undefined, {})))).toHaveLength(1);
  });

  it('finds nothing, and the only deletion had ended before it began', () => {
    const deletion = del([12, 14], { version: 2 });
    const after = put([20, 30], 'b', { version: 3 });
    const read = get([40, 50], undefined, { version: 3 });
    expect(check(historyOf(a, deletion, after, read))).toMatchObject([{ operations: [1, 2, 3] }]);
  });

  it('finds nothing, and the only deletion began after the read had ended', () => {
    const read = get([40, 50], undefined, { version: 3 });
    expect(check(historyOf(a, read, del([60, 70], { version: 4 })))).toHaveLength(1);
  });

  it('finds nothing, and the only deletion was not applied', () => {
    const refused = del([12, 14], { failed: 'not_applied' });
    expect(check(historyOf(a, refused, get([40, 50], undefined, { version: 1 })))).toHaveLength(1);
  });

  it('finds nothing before it can have expired', () => {
    const expiring = put([0, 10], 'a', { version: 1, ttlMs: 100 });
    const read = get([20, 30], undefined, { version: 1, highestWallMs: 100 });
    expect(check(historyOf(expiring, read))).toHaveLength(1);
  });

  it('finds that there is a value after it was deleted', () => {
    const deletion = del([20, 30], { version: 2 });
    const read = exists([40, 50], true, { version: 2 });
    expect(check(historyOf(a, deletion, read))).toMatchObject([{ operations: [0, 1, 2] }]);
  });

  it('finds what a write at a strong level left before a write at all', () => {
    const all = put([20, 30], 'b', { version: 2, level: 'all' });
    const read = get([40, 50], 'a', { version: 1, level: 'local-quorum' });
    expect(check(historyOf(a, all, read))).toHaveLength(1);
  });
});

describe('no acknowledged write is lost when a read', () => {
  it.each(['a', 'b'])('finds %s of two writes that overlapped', (value) => {
    const other = put([5, 30], 'b', { version: 2 });
    expect(check(historyOf(a, other, get([40, 50], value, { version: 2 })))).toEqual([]);
  });

  it('overlaps the write that it misses', () => {
    expect(check(historyOf(a, b, get([25, 50], 'a', { version: 1 })))).toEqual([]);
  });

  it('finds a write of unknown outcome that came late', () => {
    const unknown = put([0, 10], 'u', {});
    expect(check(historyOf(unknown, b, get([40, 50], 'u', { version: 3 })))).toEqual([]);
  });

  it('finds a write that still runs', () => {
    const running = put([0], 'u', {});
    expect(check(historyOf(running, b, get([40, 50], 'u', { version: 3 })))).toEqual([]);
  });

  it('finds what was written at one, which may come at any time', () => {
    const weak = put([0, 10], 'w', { version: 3, level: 'one' });
    expect(check(historyOf(weak, b, get([40, 50], 'w', { version: 3 })))).toEqual([]);
  });

  it('misses what was written at one', () => {
    const weak = put([20, 30], 'w', { version: 2, level: 'one' });
    expect(check(historyOf(a, weak, get([40, 50], 'a', { version: 1 })))).toEqual([]);
  });

  it('is at one, and misses what was written at quorum', () => {
    const read = get([40, 50], 'a', { version: 1, level: 'one' });
    expect(check(historyOf(a, b, read))).toEqual([]);
  });

  it('finds nothing before anything was acknowledged', () => {
    expect(check(historyOf(put([0, 10], 'u', {}), get([20, 30], undefined, {})))).toEqual([]);
  });

  it('finds nothing after a deletion', () => {
    const deletion = del([20, 30], { version: 2 });
    expect(check(historyOf(a, deletion, get([40, 50], undefined, { version: 2 })))).toEqual([]);
  });

  it('finds nothing because an earlier deletion of unknown outcome came late', () => {
    const unknown = del([0, 5], {});
    expect(check(historyOf(unknown, b, get([40, 50], undefined, { version: 3 })))).toEqual([]);
  });

  it('finds nothing after the value may have expired on the fastest clock', () => {
    const expiring = put([0, 10], 'a', { version: 1, ttlMs: 100 });
    const read = get([20, 30], undefined, { version: 1, highestWallMs: 101 });
    expect(check(historyOf(expiring, read))).toEqual([]);
  });

  it('finds nothing because the first stamp of a write that still ran had expired', () => {
    const expiring = put([20, 90], 'e', { stamped: 20, version: 80, ttlMs: 5 });
    const read = get([40, 50], undefined, { version: 20 });
    expect(check(historyOf(a, expiring, read))).toEqual([]);
  });

  it('finds nothing because a write that expires took effect late, under a stamp that nobody knows', () => {
    const unknown = put([0, 10], 'u', { ttlMs: 5, stamped: 6 });
    expect(check(historyOf(unknown, b, get([40, 50], undefined, { version: 9 })))).toEqual([]);
  });
});
