import { describe, expect, it } from 'vitest';
import { byKey } from '../../../../src/sim/check/key-history.js';
import { expiredValues, neverWritten } from '../../../../src/sim/check/read-values.js';
import type { HistoryOperation, Violation } from '../../../../src/sim/workload/history.js';
import { del, exists, get, historyOf, put } from './history-of.js';

function check(history: readonly HistoryOperation[]): readonly Violation[] {
  return byKey(history).flatMap((key) => [...neverWritten(key), ...expiredValues(key)]);
}

const a = put([0, 10], 'a', { version: 1 });

describe('a value was never written when a read at any level finds', () => {
  it('one of which no put is known', () => {
    const read = get([20, 30], 'x', { version: 1, level: 'one' });
    expect(check(historyOf(a, read))).toEqual([
      {
        rule: 'value-never-written',
        message:
          'get #1 by c1 found x at 0000000000010000-0000000000000000: nobody wrote that to k',
        key: 'k',
        operations: [1],
        atMs: 30,
      },
    ]);
  });

  it('one that was put to another key', () => {
    const read = get([20, 30], 'a', { version: 1, key: 'other' });
    expect(check(historyOf(a, read))).toMatchObject([{ rule: 'value-never-written' }]);
  });

  it('one whose put begins after the read has ended', () => {
    const late = put([40, 50], 'b', { version: 2 });
    const [violation] = check(historyOf(get([20, 30], 'b', { version: 2 }), late));
    expect(violation?.message).toContain('put #1 of b by c1, which began after the read had ended');
  });

  it('one whose put was not applied', () => {
    const refused = put([0, 10], 'b', { failed: 'not_applied' });
    const [violation] = check(historyOf(refused, get([20, 30], 'b', { version: 2 })));
    expect(violation?.message).toContain('which was not applied');
  });

  it('something without a value', () => {
    const read = { ...exists([20, 30], true, { version: 1 }), kind: 'get' as const };
    const [violation] = check(historyOf(a, read));
    expect(violation?.message).toContain('a get that finds something has its value');
  });

  it('it under the version of another write', () => {
    const b = put([20, 30], 'b', { version: 2 });
    const [violation] = check(historyOf(a, b, get([40, 50], 'a', { version: 2 })));
    expect(violation?.message).toContain('put #1 of b by c1, whose version that is');
  });

  it('nothing under the version of a put that does not expire', () => {
    expect(check(historyOf(a, get([20, 30], undefined, { version: 1 })))).toHaveLength(1);
  });

  it('nothing under the version of a put that has not expired', () => {
    const expiring = put([0, 10], 'b', { version: 2, ttlMs: 100 });
    const read = get([20, 30], undefined, { version: 2, highestWallMs: 101 });
    expect(check(historyOf(expiring, read))).toHaveLength(1);
  });

  it('nothing under a version at which another read has found a value', () => {
    const unknown = put([0, 10], 'u', {});
    const found = get([12, 14], 'u', { version: 77 });
    const gone = get([20, 30], undefined, { version: 77 });
    expect(check(historyOf(unknown, found, gone))).toMatchObject([{ operations: [0, 2] }]);
  });

  it('it under a version at which another read has found another', () => {
    const others = historyOf(
      put([0, 10], 'u', {}),
      put([0, 10], 'w', {}),
      get([12, 14], 'u', { version: 77 }),
      get([20, 30], 'w', { version: 77 }),
    );
    expect(check(others)).toMatchObject([{ operations: [0, 3] }]);
  });

  it('that there is one under the version of a put that was not applied', () => {
    const refused = put([0, 10], 'b', { failed: 'not_applied', stamped: 2 });
    expect(check(historyOf(refused, exists([20, 30], true, { version: 2 })))).toHaveLength(1);
  });

  it('that there is one under the version of a deletion', () => {
    const deletion = del([0, 10], { version: 2 });
    expect(check(historyOf(deletion, exists([20, 30], true, { version: 2 })))).toHaveLength(1);
  });
});

describe('a value was written when a read finds', () => {
  it('it while the put runs', () => {
    const running = put([0], 'b', {});
    expect(check(historyOf(running, get([20, 30], 'b', { version: 5 })))).toEqual([]);
  });

  it('it although the outcome of its put is unknown, under a version that nobody knows', () => {
    const unknown = put([0, 10], 'b', {});
    expect(check(historyOf(unknown, get([20, 30], 'b', { version: 77 })))).toEqual([]);
  });

  it('it under the first stamp of a put that was stamped again', () => {
    const restamped = put([0, 30], 'b', { stamped: 2, version: 5 });
    expect(check(historyOf(restamped, get([10, 20], 'b', { version: 2 })))).toEqual([]);
  });

  it('one of two that share a version', () => {
    const same = put([0, 10], 'b', { version: 1, client: 'c2' });
    expect(check(historyOf(a, same, get([20, 30], 'a', { version: 1 })))).toEqual([]);
  });
});

describe('an expired value is returned when a read finds it', () => {
  const expiring = put([0, 10], 'a', { version: 1, ttlMs: 20 });

  it('although all clocks were past its time when the read began', () => {
    const read = get([30, 40], 'a', { version: 1, expiresAtMs: 21, level: 'one' });
    expect(check(historyOf(expiring, read))).toMatchObject([
      { rule: 'expired-value-returned', operations: [0, 1], atMs: 40 },
    ]);
  });

  it('and the answer does not say that it ever expires', () => {
    const read = get([30, 40], 'a', { version: 1 });
    expect(check(historyOf(expiring, read))).toMatchObject([{ rule: 'expired-value-returned' }]);
  });

  it('by exists', () => {
    const read = exists([30, 40], true, { version: 1, expiresAtMs: 21 });
    expect(check(historyOf(expiring, read))).toMatchObject([{ rule: 'expired-value-returned' }]);
  });

  it('but not while one clock is before its time', () => {
    const read = get([30, 40], 'a', { version: 1, expiresAtMs: 21, lowestWallMs: 20 });
    expect(check(historyOf(expiring, read))).toEqual([]);
  });

  it('but not when it is found gone', () => {
    const read = get([30, 40], undefined, { version: 1, expiresAtMs: 21 });
    expect(check(historyOf(expiring, read))).toEqual([]);
  });

  it('but not when it was stamped again, and lives longer for that', () => {
    const restamped = put([0, 10], 'a', { stamped: 1, version: 12, ttlMs: 20 });
    const read = get([30, 40], 'a', { version: 12, expiresAtMs: 32 });
    expect(check(historyOf(restamped, read))).toEqual([]);
  });
});
