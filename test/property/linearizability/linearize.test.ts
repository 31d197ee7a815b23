import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearize } from '../../../src/sim/check/linearizability/linearize.js';
import type {
  Call,
  ConcurrentHistory,
  Model,
  PossibleEffect,
} from '../../../src/sim/check/linearizability/model.js';
import { registerModel } from '../../../src/sim/check/linearizability/register-model.js';
import type {
  Content,
  RegisterOperation,
} from '../../../src/sim/check/linearizability/register-model.js';
import { isLinearizableByBruteForce } from './brute-force.js';

/** Three contents, so that histories of a few operations meet each other; the last expires at 5, and two share a value. */
const CONTENTS: readonly Content[] = [
  { value: undefined, expiresFromMs: -Infinity },
  { value: 'a', expiresFromMs: Infinity },
  { value: 'b', expiresFromMs: 5 },
  { value: 'b', expiresFromMs: Infinity },
];

const writes: fc.Arbitrary<RegisterOperation> = fc.record({
  kind: fc.constant('write' as const),
  content: fc.nat(3),
});

const registerOperations: fc.Arbitrary<RegisterOperation> = fc.oneof(
  writes,
  fc.record({ kind: fc.constant('value' as const), value: fc.constantFrom('a', 'b') }),
  fc.record({ kind: fc.constant('present' as const) }),
  fc.record({ kind: fc.constant('absent' as const), highestWallMs: fc.nat(8) }),
);

/** A register with compare-and-set, as a `serial` namespace will be: an operation may need what it overwrites. */
type SerialOperation =
  | { readonly kind: 'read'; readonly value: number }
  | { readonly kind: 'write'; readonly value: number }
  | { readonly kind: 'swap'; readonly from: number; readonly to: number; readonly done: boolean };

const serialModel: Model<number, SerialOperation> = {
  initial: 0,
  isRead: ({ kind }) => kind === 'read',
  step: (state, operation) => {
    if (operation.kind === 'write') return operation.value;
    if (operation.kind === 'read') return operation.value === state ? state : undefined;
    if ((operation.from === state) !== operation.done) return undefined;
    return operation.done ? operation.to : state;
  },
};

const serialOperations: fc.Arbitrary<SerialOperation> = fc.oneof(
  fc.record({ kind: fc.constant('read' as const), value: fc.nat(2) }),
  fc.record({ kind: fc.constant('write' as const), value: fc.nat(2) }),
  fc.record({
    kind: fc.constant('swap' as const),
    from: fc.nat(2),
    to: fc.nat(2),
    done: fc.boolean(),
  }),
);

const places = fc.nat(12);

function callsOf<Operation>(
  operations: fc.Arbitrary<Operation>,
): fc.Arbitrary<readonly Call<Operation>[]> {
  const call = fc
    .tuple(operations, places, places)
    .map(([operation, a, b]) => ({ operation, startAt: Math.min(a, b), endAt: Math.max(a, b) }));
  return fc
    .array(call, { minLength: 1, maxLength: 5 })
    .map((calls) => calls.sort((a, b) => a.startAt - b.startAt));
}

function effectsOf<Operation>(
  operations: fc.Arbitrary<Operation>,
): fc.Arbitrary<readonly PossibleEffect<Operation>[]> {
  const starts = fc.array(places, { minLength: 1, maxLength: 2 });
  const effect = fc
    .tuple(operations, starts, fc.option(places, { nil: Infinity }))
    .map(([operation, startsAt, life]) => {
      startsAt.sort((a, b) => a - b);
      return { operation, startsAt, endAt: (startsAt.at(-1) ?? 0) + life };
    });
  return fc.array(effect, { maxLength: 2 });
}

function historiesOf<Operation>(
  operations: fc.Arbitrary<Operation>,
): fc.Arbitrary<ConcurrentHistory<Operation>> {
  return fc.record({ calls: callsOf(operations), effects: effectsOf(operations) });
}

function agrees<Operation>(
  model: Model<number, Operation>,
  history: ConcurrentHistory<Operation>,
): void {
  const expected = isLinearizableByBruteForce(model, history);
  const { kind } = linearize(model, history, 1_000_000);
  expect(kind).toBe(expected ? 'linearizable' : 'not-linearizable');
}

describe('linearize', () => {
  it('agrees with all orders tried one by one, for a register', () => {
    const model = registerModel(CONTENTS);
    fc.assert(
      fc.property(historiesOf(registerOperations), (history) => agrees(model, history)),
      { numRuns: 5000 },
    );
  });

  it('agrees with all orders tried one by one, for a register with compare-and-set', () => {
    fc.assert(
      fc.property(historiesOf(serialOperations), (history) => agrees(serialModel, history)),
      { numRuns: 5000 },
    );
  });
});
