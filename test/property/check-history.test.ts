import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkHistory } from '../../src/sim/check/check-history.js';
import { byKey, settledWrites } from '../../src/sim/check/key-history.js';
import type { AnsweredRead, KeyHistory } from '../../src/sim/check/key-history.js';
import { linearize } from '../../src/sim/check/linearizability/linearize.js';
import {
  isEligible,
  registerHistory,
} from '../../src/sim/check/linearizability/register-history.js';
import { registerModel } from '../../src/sim/check/linearizability/register-model.js';
import { lostWrites } from '../../src/sim/check/lost-writes.js';
import { versionsBack } from '../../src/sim/check/versions-back.js';
import type { HistoryOperation, Violation } from '../../src/sim/workload/history.js';
import { compareVersions } from '../../src/node/core/version/version.js';
import { Prng } from '../../src/stdx/prng.js';
import { SimulatedRegister, type RegisterRun } from '../unit/sim/check/simulated-register.js';
import { isLinearizableByBruteForce } from './linearizability/brute-force.js';

const shares = fc.constantFrom(0, 0.1, 0.4);

function histories(
  run: Pick<RegisterRun, 'operations' | 'readers'>,
  writers: fc.Arbitrary<number>,
): fc.Arbitrary<readonly HistoryOperation[]> {
  return fc
    .record({
      seed: fc.nat(),
      writers,
      unknown: shares,
      deletes: shares,
      expiring: shares,
      weak: shares,
    })
    .map(({ seed, ...rest }) => new SimulatedRegister({ ...run, ...rest }, new Prng(seed)).play());
}

/** Histories in which some reads were answered with what others, or nobody, found. */
function spoiled(
  correct: fc.Arbitrary<readonly HistoryOperation[]>,
): fc.Arbitrary<readonly HistoryOperation[]> {
  return fc
    .tuple(correct, fc.nat(), fc.integer({ min: 1, max: 3 }))
    .map(([history, seed, times]) => {
      const prng = new Prng(seed);
      const answered = [...history];
      const gets = history.filter(({ kind }) => kind === 'get');
      if (gets.length === 0) return history;
      for (let i = 0; i < times; i += 1) {
        const target = gets[prng.int(gets.length)]!;
        const source = gets[prng.int(gets.length)]!;
        if (target.end !== undefined && source.end !== undefined)
          answered[target.id] = { ...target, end: { ...target.end, result: source.end.result } };
      }
      return answered;
    });
}

/** Ids of the operations in which the violations were seen. */
function seenIn(violations: Iterable<Violation>): ReadonlySet<number> {
  return new Set([...violations].flatMap(({ operations }) => operations.slice(-1)));
}

/** The rule as it is stated, one pair after the other. */
function naiveLostWrites(key: KeyHistory): ReadonlySet<number> {
  const lost = key.reads.filter((read) => read.strong && missesAWrite(read, key));
  return new Set(lost.map(({ operation }) => operation.id));
}

function missesAWrite(read: AnsweredRead, key: KeyHistory): boolean {
  const { operation, end, answer } = read;
  const explanations = key.writes.filter((write) => {
    // Values that were not written yet are for another rule.
    if (operation.kind === 'get' && answer.found) return write.operation.value === answer.value;
    if (write.outcome === 'not_applied' || write.operation.startAt >= end.at) return false;
    if (answer.found) return write.operation.kind === 'put';
    return write.operation.kind === 'delete' || write.expiresFromMs <= end.highestWallMs;
  });
  return settledWrites(key)
    .filter((write) => write.end.at < operation.startAt)
    .some(
      (write) =>
        answer.version === undefined ||
        compareVersions(answer.version, write.version) < 0 ||
        explanations.every(({ settledAt }) => settledAt < write.operation.startAt),
    );
}

function naiveVersionsBack(key: KeyHistory): ReadonlySet<number> {
  const reads = key.reads
    .filter(({ strong }) => strong)
    .map(({ operation, end, answer }) => ({
      operation,
      end,
      version: answer.version,
      found: answer.found,
    }));
  const writes = settledWrites(key);
  // Nothing without a version is not below what was seen before: nothing that comes later may be.
  const shown = reads.map((read) => {
    const before = [...reads, ...writes].filter(({ end }) => end.at < read.operation.startAt);
    const versions = [read, ...before].flatMap(({ version }) => version ?? []);
    const least = read.version ?? versions.sort(compareVersions).at(-1);
    return { ...read, version: least };
  });
  const back = [
    ...reads.filter((read) =>
      shown.some(
        (earlier) =>
          earlier.end.at < read.operation.startAt &&
          earlier.version !== undefined &&
          (read.version === undefined ||
            compareVersions(read.version, earlier.version) < 0 ||
            (compareVersions(read.version, earlier.version) === 0 && read.found && !earlier.found)),
      ),
    ),
    ...writes.filter((write) =>
      [...shown, ...writes].some(
        (earlier) =>
          earlier.end.at < write.operation.startAt &&
          earlier.version !== undefined &&
          compareVersions(write.version, earlier.version) < 0,
      ),
    ),
  ];
  return new Set(back.map(({ operation }) => operation.id));
}

const oneKey = (history: readonly HistoryOperation[]): KeyHistory => byKey(history)[0]!;

describe('the rules of a history', () => {
  it('find nothing in a store that keeps its promises', () => {
    const correct = histories({ operations: 150, readers: 4 }, fc.integer({ min: 1, max: 4 }));
    fc.assert(
      fc.property(correct, (history) => {
        const { violations, linearized } = checkHistory(history);
        expect(violations).toEqual([]);
        expect(linearized.undecided).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('find the reads that miss a write, and the versions that go back, as comparing all pairs does', () => {
    const correct = histories({ operations: 40, readers: 3 }, fc.integer({ min: 1, max: 3 }));
    fc.assert(
      fc.property(spoiled(correct), (history) => {
        const key = oneKey(history);
        expect(seenIn(lostWrites(key))).toEqual(naiveLostWrites(key));
        expect(seenIn(versionsBack(key))).toEqual(naiveVersionsBack(key));
      }),
      { numRuns: 1000 },
    );
  });

  it('order the operations of a key as trying all orders does', () => {
    const correct = histories({ operations: 6, readers: 2 }, fc.constant(1));
    fc.assert(
      fc.property(spoiled(correct), (history) => {
        const key = oneKey(history);
        fc.pre(isEligible(key));
        const register = registerHistory(key);
        const model = registerModel(register.contents);
        const expected = isLinearizableByBruteForce(model, register);
        const { kind } = linearize(model, register, 100_000);
        expect(kind).toBe(expected ? 'linearizable' : 'not-linearizable');
      }),
      { numRuns: 500 },
    );
  });
});
