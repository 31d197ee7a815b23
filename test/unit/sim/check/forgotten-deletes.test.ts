import { describe, expect, it } from 'vitest';
import { checkHistory } from '../../../../src/sim/check/check-history.js';
import type { HistoryOperation } from '../../../../src/sim/workload/history.js';
import { del, exists, get, historyOf, put } from './history-of.js';

function rulesOf(history: readonly HistoryOperation[]): readonly string[] {
  return checkHistory(history).violations.map(({ rule }) => rule);
}

const a = put([0, 10], 'a', { version: 1 });
const deleted = del([20, 30], { version: 2 });
const seen = get([40, 50], undefined, { version: 2 });
/** Nothing, without a version, when deletes of up to `forgottenMs` may be forgotten. */
const nothing = (forgottenMs: number) => get([60, 70], undefined, { forgottenMs });

describe('nothing without a version', () => {
  it('is a delete that is old enough to be forgotten', () => {
    expect(rulesOf(historyOf(a, deleted, seen, nothing(2)))).toEqual([]);
  });

  it('is none that is younger', () => {
    const rules = rulesOf(historyOf(a, deleted, seen, nothing(1)));
    expect(rules.toSorted()).toEqual(['acknowledged-write-lost', 'read-went-back']);
  });

  it('is none for exists either, when it is younger', () => {
    const read = exists([60, 70], false, { forgottenMs: 1 });
    expect(rulesOf(historyOf(a, deleted, read))).toEqual(['acknowledged-write-lost']);
  });

  it('is no value that was written after the delete', () => {
    const again = put([40, 50], 'b', { version: 3 });
    const rules = rulesOf(historyOf(a, deleted, again, nothing(9)));
    expect(rules.toSorted()).toEqual(['acknowledged-write-lost', 'not-linearizable']);
  });

  it('is no value that nobody deleted', () => {
    expect(rulesOf(historyOf(a, nothing(9)))).toContain('acknowledged-write-lost');
  });

  it('is no delete that began after it had ended', () => {
    const late = del([80, 90], { version: 9 });
    expect(rulesOf(historyOf(a, nothing(9), late))).toContain('acknowledged-write-lost');
  });

  it('is no delete that was not applied', () => {
    const refused = del([20, 30], { failed: 'not_applied', stamped: 2 });
    expect(rulesOf(historyOf(a, refused, nothing(9)))).toContain('acknowledged-write-lost');
  });

  it('may be a delete of unknown outcome, under the last of its stamps', () => {
    const unknown = (lastStamped: number) => del([2, 5], { stamped: 0, lastStamped });
    expect(rulesOf(historyOf(a, unknown(2), nothing(9)))).toEqual([]);
    const below = rulesOf(historyOf(put([6, 10], 'a', { version: 3 }), unknown(2), nothing(9)));
    expect(below).toEqual(['acknowledged-write-lost']);
  });

  it('may be a delete at one, whose version is above all that was acknowledged', () => {
    const weak = (version: number) => del([20, 30], { version, level: 'one' });
    expect(rulesOf(historyOf(a, weak(2), nothing(2)))).toEqual([]);
    expect(rulesOf(historyOf(a, weak(2), nothing(1)))).toEqual(['acknowledged-write-lost']);
    expect(rulesOf(historyOf(a, weak(0), nothing(9)))).toEqual(['acknowledged-write-lost']);
  });

  it('is a value that has expired, and is old enough to be forgotten', () => {
    const expiring = put([0, 10], 'e', { version: 1, ttlMs: 30 });
    const read = (forgottenMs: number, highestWallMs: number) =>
      get([40, 50], undefined, { forgottenMs, highestWallMs });
    expect(rulesOf(historyOf(expiring, read(1, 31)))).toEqual([]);
    expect(rulesOf(historyOf(expiring, read(0, 31)))).toContain('acknowledged-write-lost');
    expect(rulesOf(historyOf(expiring, read(1, 30)))).toContain('acknowledged-write-lost');
  });
});

describe('after a delete was forgotten', () => {
  it('the value that it had deleted comes back, and that is seen', () => {
    const back = get([80, 90], 'a', { version: 1 });
    expect(rulesOf(historyOf(a, deleted, nothing(2), back))).toContain('acknowledged-write-lost');
  });

  it('a value that was deleted at one comes back, and that is seen', () => {
    const weak = del([20, 30], { version: 2, level: 'one' });
    const back = get([80, 90], 'a', { version: 1 });
    expect(rulesOf(historyOf(a, weak, nothing(2), back))).toEqual(['read-went-back']);
  });

  it('a value that was never acknowledged comes back after it was seen, and that is seen', () => {
    const unknown = put([0, 10], 'u', { stamped: 1 });
    const found = get([12, 14], 'u', { version: 1 });
    const weak = del([20, 30], { version: 2, level: 'one' });
    const back = get([80, 90], 'u', { version: 1 });
    expect(rulesOf(historyOf(unknown, found, weak, nothing(2), back))).toEqual(['read-went-back']);
  });

  it('what is written later is found', () => {
    const again = put([80, 90], 'b', { version: 9 });
    const read = get([100, 110], 'b', { version: 9 });
    expect(rulesOf(historyOf(a, deleted, nothing(2), again, read))).toEqual([]);
  });

  it('a write is not acknowledged below it', () => {
    const weak = del([20, 30], { version: 2, level: 'one' });
    const below = put([80, 90], 'b', { version: 0 });
    expect(rulesOf(historyOf(a, weak, nothing(2), below))).toContain('read-went-back');
  });
});

describe('nothing without a version, of a key with one writer', () => {
  it('is what a register holds after a delete', () => {
    const check = checkHistory(historyOf(a, deleted, nothing(2)));
    expect(check.linearized.operations).toBe(3);
    expect(check.violations).toEqual([]);
  });

  it('is not what it holds after a value', () => {
    const again = put([40, 50], 'b', { version: 3 });
    expect(rulesOf(historyOf(a, deleted, again, nothing(9)))).toContain('not-linearizable');
  });
});
