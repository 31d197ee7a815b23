import { describe, expect, it } from 'vitest';
import { byKey } from '../../../../src/sim/check/key-history.js';
import { versionsBack } from '../../../../src/sim/check/versions-back.js';
import type { HistoryOperation, Violation } from '../../../../src/sim/workload/history.js';
import { del, exists, get, historyOf, put, versionAt } from './history-of.js';

function check(history: readonly HistoryOperation[]): readonly Violation[] {
  return byKey(history).flatMap((key) => [...versionsBack(key)]);
}

const seen = get([0, 10], 'b', { version: 2 });

describe('versions go back when', () => {
  it('a read is behind an earlier one', () => {
    expect(check(historyOf(seen, get([20, 30], 'a', { version: 1 })))).toEqual([
      {
        rule: 'read-went-back',
        message:
          'get #1 by c1 has version 0000000000010000-0000000000000000, though get #0 by c1, which had ended ' +
          'before it began, has version 0000000000020000-0000000000000000',
        key: 'k',
        operations: [0, 1],
        atMs: 30,
      },
    ]);
  });

  it('a read is behind the highest of the earlier ones, and not only behind the last', () => {
    const last = get([12, 14], 'a', { version: 1 });
    const read = get([20, 30], 'a', { version: 1 });
    expect(check(historyOf(seen, last, read))).toMatchObject([
      { operations: [0, 1] },
      { operations: [0, 2] },
    ]);
  });

  it('a read finds nothing at all after one that found something', () => {
    expect(check(historyOf(seen, get([20, 30], undefined, {})))).toHaveLength(1);
  });

  it('a value is found where it had been found expired', () => {
    const gone = get([0, 10], undefined, { version: 1 });
    const [violation] = check(historyOf(gone, exists([20, 30], true, { version: 1 })));
    expect(violation?.message).toContain('has nothing at version 0000000000010000');
  });

  it('a write is acknowledged below what a read had found before it began', () => {
    expect(check(historyOf(seen, put([20, 30], 'a', { version: 1 })))).toHaveLength(1);
  });

  it('a write is acknowledged below one that was acknowledged before it began', () => {
    const first = put([0, 10], 'b', { version: 2 });
    expect(check(historyOf(first, del([20, 30], { version: 1 })))).toHaveLength(1);
  });

  it('only the writers of two versions differ, and the lower comes later', () => {
    const higher = { ...versionAt(2), writerHi: 1 };
    const history = historyOf(seen, get([20, 30], 'a', { version: 2 })).map((operation, id) =>
      id === 0 && operation.end?.result.kind === 'read'
        ? {
            ...operation,
            end: { ...operation.end, result: { ...operation.end.result, version: higher } },
          }
        : operation,
    );
    expect(check(history)).toHaveLength(1);
  });
});

describe('versions do not go back when', () => {
  it('two reads that overlap find them in either order', () => {
    expect(check(historyOf(seen, get([5, 30], 'a', { version: 1 })))).toEqual([]);
  });

  it('two reads find the same version', () => {
    expect(check(historyOf(seen, get([20, 30], 'b', { version: 2 })))).toEqual([]);
  });

  it('a value expires between two reads', () => {
    expect(check(historyOf(seen, get([20, 30], undefined, { version: 2 })))).toEqual([]);
  });

  it('the later read is at one', () => {
    expect(check(historyOf(seen, get([20, 30], 'a', { version: 1, level: 'one' })))).toEqual([]);
  });

  it('the earlier read was at one', () => {
    const weak = get([0, 10], 'b', { version: 2, level: 'one' });
    expect(check(historyOf(weak, get([20, 30], 'a', { version: 1 })))).toEqual([]);
  });

  it('a write below what was read ends with an unknown outcome', () => {
    expect(check(historyOf(seen, put([20, 30], 'a', { stamped: 1 })))).toEqual([]);
  });

  it('a write was stamped again above what was read', () => {
    const restamped = put([20, 30], 'a', { stamped: 1, version: 3 });
    expect(check(historyOf(seen, restamped))).toEqual([]);
  });

  it('they are of two keys', () => {
    expect(check(historyOf(seen, get([20, 30], 'a', { version: 1, key: 'other' })))).toEqual([]);
  });
});
