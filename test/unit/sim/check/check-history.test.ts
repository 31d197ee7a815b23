import { describe, expect, it } from 'vitest';
import { checkHistory } from '../../../../src/sim/check/check-history.js';
import { byKey } from '../../../../src/sim/check/key-history.js';
import { linearize } from '../../../../src/sim/check/linearizability/linearize.js';
import { registerHistory } from '../../../../src/sim/check/linearizability/register-history.js';
import { registerModel } from '../../../../src/sim/check/linearizability/register-model.js';
import type { HistoryOperation } from '../../../../src/sim/workload/history.js';
import { Prng } from '../../../../src/stdx/prng.js';
import { del, get, historyOf, put } from './history-of.js';
import { SimulatedRegister } from './simulated-register.js';

function rules(history: readonly HistoryOperation[]): readonly string[] {
  return checkHistory(history).violations.map(({ rule }) => rule);
}

describe('checkHistory', () => {
  it('finds nothing in an empty history', () => {
    const linearized = { keys: 0, operations: 0, undecided: 0 };
    expect(checkHistory([])).toEqual({ violations: [], linearized });
  });

  it('counts what it held against a register', () => {
    const history = historyOf(
      put([0, 10], 'a', { version: 1 }),
      get([12, 14], 'a', { version: 1 }),
      put([0, 10], 'b', { version: 1, key: 'l' }),
      put([5, 15], 'c', { version: 2, key: 'l' }),
    );
    expect(checkHistory(history).linearized).toEqual({ keys: 1, operations: 2, undecided: 0 });
  });

  it('tells of each rule that a lost write breaks', () => {
    const history = historyOf(
      put([0, 10], 'a', { version: 1 }),
      put([20, 30], 'b', { version: 2 }),
      get([40, 50], 'b', { version: 2 }),
      get([60, 70], 'a', { version: 1 }),
    );
    expect(new Set(rules(history))).toEqual(
      new Set(['acknowledged-write-lost', 'read-went-back', 'not-linearizable']),
    );
  });

  it('finds that a deletion came undone where two writers overlapped', () => {
    const history = historyOf(
      put([0, 10], 'a', { version: 1 }),
      put([5, 15], 'b', { version: 2 }),
      del([20, 30], { version: 3 }),
      get([40, 50], 'b', { version: 2 }),
    );
    expect(rules(history)).toEqual(['acknowledged-write-lost']);
  });

  it('tells the first three violations of a rule for each key, in the order in which they were noticed', () => {
    const reads = Array.from({ length: 10 }, (_, i) =>
      ['k', 'l'].map((key) => get([10 * i, 10 * i + 5], 'x', { version: 1, level: 'one', key })),
    );
    const { violations } = checkHistory(historyOf(...reads.flat()));
    expect(violations.map(({ key, atMs }) => [key, atMs])).toEqual([
      ['k', 5],
      ['l', 5],
      ['k', 15],
      ['l', 15],
      ['k', 25],
      ['l', 25],
    ]);
  });

  it('does not mind the order in which the operations are given', () => {
    const history = historyOf(
      put([0, 10], 'a', { version: 1 }),
      put([20, 30], 'b', { version: 2 }),
      get([40, 50], 'a', { version: 1 }),
    );
    expect(checkHistory([...history].reverse())).toEqual(checkHistory(history));
  });

  it('needs a few steps for each operation on a hot key whose writes often fail', () => {
    const run = { operations: 3_000, writers: 1, readers: 6, weak: 0 };
    const shares = { unknown: 0.2, deletes: 0.1, expiring: 0.1 };
    const history = new SimulatedRegister({ ...run, ...shares }, new Prng(7)).play();
    const register = registerHistory(byKey(history)[0]!);
    expect(register.effects.length).toBeGreaterThan(100);
    const verdict = linearize(registerModel(register.contents), register, 10 * history.length);
    expect(verdict).toEqual({ kind: 'linearizable' });
    expect(checkHistory(history).violations).toEqual([]);
  });
});
