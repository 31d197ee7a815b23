import { describe, expect, it } from 'vitest';
import { byKey } from '../../../../../src/sim/check/key-history.js';
import { checkLinearizable } from '../../../../../src/sim/check/linearizability/linearizable.js';
import type { LinearizableCheck } from '../../../../../src/sim/check/linearizability/linearizable.js';
import type { HistoryOperation } from '../../../../../src/sim/workload/history.js';
import { del, exists, get, historyOf, put } from '../history-of.js';

function check(history: readonly HistoryOperation[]): LinearizableCheck {
  return checkLinearizable(byKey(history)[0]!);
}

/** `not-eligible`, or whether a violation was found. */
function verdict(history: readonly HistoryOperation[]): string {
  const found = check(history);
  if (found.kind === 'not-eligible') return found.kind;
  return found.violation === undefined ? 'linearizable' : found.violation.rule;
}

const a = put([0, 10], 'a', { version: 1 });

describe('a key is held against a register', () => {
  it('when it had one writer at a time', () => {
    expect(check(historyOf(a, put([20, 30], 'b', { version: 2 })))).toEqual({
      kind: 'checked',
      operations: 2,
      decided: true,
      violation: undefined,
    });
  });

  it('but not when two writes overlapped', () => {
    expect(verdict(historyOf(a, del([5, 15], { version: 2 })))).toBe('not-eligible');
  });

  it('but not when another write began while one that never ended still ran', () => {
    expect(verdict(historyOf(put([0], 'u', {}), put([20, 30], 'b', { version: 2 })))).toBe(
      'not-eligible',
    );
  });

  it('but not when something was written below quorum', () => {
    expect(verdict(historyOf(a, put([20, 30], 'b', { version: 2, level: 'one' })))).toBe(
      'not-eligible',
    );
  });

  it('whatever overlapped or was weak, if it was not applied', () => {
    const refused = put([5, 15], 'b', { failed: 'not_applied', level: 'one' });
    expect(verdict(historyOf(a, refused))).toBe('linearizable');
  });

  it('without its reads below quorum', () => {
    const weak = get([20, 30], undefined, { level: 'one' });
    expect(check(historyOf(a, weak))).toMatchObject({ operations: 1, violation: undefined });
  });
});

describe('strong operations are those of a register when', () => {
  it('a write of unknown outcome is never seen', () => {
    const unknown = put([20, 30], 'u', {});
    expect(verdict(historyOf(a, unknown, get([40, 50], 'a', { version: 1 })))).toBe('linearizable');
  });

  it('a write of unknown outcome comes late, over one that was acknowledged after it', () => {
    const history = historyOf(
      put([0, 10], 'u', {}),
      put([20, 30], 'b', { version: 2 }),
      get([40, 50], 'b', { version: 2 }),
      get([60, 70], 'u', { version: 3 }),
    );
    expect(verdict(history)).toBe('linearizable');
  });

  it('a write of unknown outcome comes late twice, for it may have been stamped again', () => {
    const history = historyOf(
      put([0, 10], 'u', {}),
      get([12, 14], 'u', { version: 1 }),
      put([20, 30], 'b', { version: 2 }),
      get([40, 50], 'b', { version: 2 }),
      get([60, 70], 'u', { version: 3 }),
    );
    expect(verdict(history)).toBe('linearizable');
  });

  it('a write of unknown outcome that never ended is the last', () => {
    const history = historyOf(a, put([20], 'u', {}), get([40, 50], 'u', { version: 2 }));
    expect(verdict(history)).toBe('linearizable');
  });

  it('a deletion of unknown outcome comes late', () => {
    const history = historyOf(
      del([0, 5], {}),
      put([10, 20], 'b', { version: 2 }),
      get([30, 40], 'b', { version: 2 }),
      get([60, 70], undefined, { version: 9 }),
    );
    expect(verdict(history)).toBe('linearizable');
  });

  it('a write that was stamped again takes effect twice while it runs, around one of unknown outcome', () => {
    const history = historyOf(
      put([0, 10], 'u', {}),
      put([20, 90], 'b', { stamped: 2, version: 4 }),
      get([30, 40], 'b', { version: 2 }),
      get([50, 60], 'u', { version: 3 }),
      get([70, 80], 'b', { version: 4 }),
    );
    expect(verdict(history)).toBe('linearizable');
  });

  it('a value is deleted, and then found missing', () => {
    const history = historyOf(
      a,
      exists([12, 14], true, { version: 1 }),
      del([20, 30], { version: 2 }),
      get([40, 50], undefined, { version: 2 }),
      exists([40, 55], false, { version: 2 }),
    );
    expect(verdict(history)).toBe('linearizable');
  });

  it('a value has expired, and is then found missing', () => {
    const history = historyOf(
      put([0, 10], 'a', { version: 1, ttlMs: 30 }),
      get([12, 14], 'a', { version: 1 }),
      get([40, 50], undefined, { version: 1 }),
    );
    expect(verdict(history)).toBe('linearizable');
  });

  it('exists tells a version that two writes have', () => {
    const history = historyOf(
      a,
      put([20, 30], 'b', { version: 1 }),
      exists([40, 50], true, { version: 1 }),
    );
    expect(verdict(history)).toBe('linearizable');
  });

  it('nothing is found before anything was written', () => {
    expect(verdict(historyOf(get([0, 1], undefined, {}), exists([2, 3], false, {})))).toBe(
      'linearizable',
    );
  });
});

describe('strong operations are not those of a register when', () => {
  it('a write of unknown outcome comes a third time', () => {
    const history = historyOf(
      put([0, 10], 'u', {}),
      get([12, 14], 'u', { version: 1 }),
      put([20, 30], 'b', { version: 2 }),
      get([40, 50], 'u', { version: 3 }),
      put([60, 70], 'c', { version: 4 }),
      get([80, 90], 'u', { version: 5 }),
    );
    expect(verdict(history)).toBe('not-linearizable');
  });

  it('a write that was not stamped again takes effect twice', () => {
    const history = historyOf(
      put([0, 10], 'u', {}),
      put([20, 90], 'b', { version: 4 }),
      get([30, 40], 'b', { version: 4 }),
      get([50, 60], 'u', { version: 3 }),
      get([70, 80], 'b', { version: 4 }),
    );
    expect(verdict(history)).toBe('not-linearizable');
  });

  it('the first stamp of a write comes to light after its end', () => {
    const history = historyOf(
      put([0, 10], 'b', { stamped: 2, version: 4 }),
      del([20, 30], { version: 5 }),
      get([40, 50], 'b', { version: 2 }),
    );
    expect(verdict(history)).toBe('not-linearizable');
  });

  it('a write that was not applied is found', () => {
    const history = historyOf(
      a,
      put([20, 30], 'b', { failed: 'not_applied' }),
      get([40, 50], 'b', { version: 2 }),
    );
    expect(verdict(history)).toBe('not-linearizable');
  });

  it('a value is found missing before it can have expired', () => {
    const history = historyOf(
      put([0, 10], 'a', { version: 1, ttlMs: 100 }),
      get([40, 50], undefined, { version: 1 }),
    );
    expect(verdict(history)).toBe('not-linearizable');
  });

  it('a value is found expired that had been overwritten', () => {
    const history = historyOf(
      put([0, 10], 'a', { version: 1, ttlMs: 15 }),
      put([20, 30], 'b', { version: 2, ttlMs: 15 }),
      get([40, 50], undefined, { version: 1 }),
    );
    expect(verdict(history)).toBe('not-linearizable');
  });

  it('exists tells by its version that an overwritten value is back', () => {
    const history = historyOf(
      a,
      put([20, 30], 'b', { version: 2 }),
      exists([40, 50], true, { version: 1 }),
    );
    expect(verdict(history)).toBe('not-linearizable');
  });

  it('two reads during a write find the new value, then the old', () => {
    const history = historyOf(
      a,
      put([20, 90], 'b', { version: 2 }),
      get([30, 40], 'b', { version: 2 }),
      get([50, 60], 'a', { version: 1 }),
    );
    expect(check(history)).toMatchObject({
      violation: {
        message:
          'get #3 by c1 found a at 0000000000010000-0000000000000000: no order of the operations on k explains ' +
          'that after put #0 of a by c1, put #1 of b by c1, get #2 by c1',
        key: 'k',
        operations: [0, 1, 2, 3],
        atMs: 60,
      },
    });
  });
});
