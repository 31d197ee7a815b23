import { describe, expect, it } from 'vitest';
import { linearize } from '../../../../../src/sim/check/linearizability/linearize.js';
import type {
  Call,
  ConcurrentHistory,
  Model,
  PossibleEffect,
} from '../../../../../src/sim/check/linearizability/model.js';

type Operation =
  | { readonly kind: 'read'; readonly value: number }
  | { readonly kind: 'write'; readonly value: number }
  | { readonly kind: 'swap'; readonly from: number; readonly to: number };

/** A register with compare-and-set, which begins with 0. */
const register: Model<number, Operation> = {
  initial: 0,
  isRead: ({ kind }) => kind === 'read',
  step: (state, operation) => {
    if (operation.kind === 'write') return operation.value;
    if (operation.kind === 'read') return operation.value === state ? state : undefined;
    return operation.from === state ? operation.to : undefined;
  },
};

type Span = readonly [startAt: number, endAt: number];

const at = (operation: Operation, [startAt, endAt]: Span): Call<Operation> => ({
  operation,
  startAt,
  endAt,
});
const read = (value: number, ...span: Span): Call<Operation> => at({ kind: 'read', value }, span);
const write = (value: number, ...span: Span): Call<Operation> => at({ kind: 'write', value }, span);
const swap = (from: number, to: number, span: Span): Call<Operation> =>
  at({ kind: 'swap', from, to }, span);

const effect = (
  operation: Operation,
  startsAt: readonly number[],
  endAt = Infinity,
): PossibleEffect<Operation> => ({ operation, startsAt, endAt });

/** The verdict on these calls and effects, the calls sorted. */
function verdict(
  calls: readonly Call<Operation>[],
  effects: readonly PossibleEffect<Operation>[] = [],
): string {
  const sorted = [...calls].sort((a, b) => a.startAt - b.startAt);
  return linearize(register, { calls: sorted, effects }, 10_000).kind;
}

describe('a history is linearizable when', () => {
  it.each<[string, readonly Call<Operation>[]]>([
    ['nothing happened', []],
    ['one read finds what was there from the beginning', [read(0, 1, 2)]],
    ['a read finds the write before it', [write(1, 0, 1), read(1, 2, 3)]],
    ['a read overlaps a write and finds what was before', [write(1, 0, 9), read(0, 2, 3)]],
    ['a read overlaps a write and finds it', [write(1, 0, 9), read(1, 2, 3)]],
    [
      'two reads during a write find the old, then the new',
      [write(1, 0, 9), read(0, 1, 2), read(1, 3, 4)],
    ],
    [
      'two writes overlap, and the first to end comes last',
      [write(1, 0, 9), write(2, 1, 2), read(1, 10, 11)],
    ],
    [
      'two writes overlap, and the last to end comes last',
      [write(1, 0, 9), write(2, 1, 2), read(2, 10, 11)],
    ],
    ['what ends at one place begins another there: they overlap', [write(1, 0, 5), read(0, 5, 6)]],
    [
      'two swaps follow each other against the order of their starts',
      [swap(1, 2, [0, 9]), swap(0, 1, [1, 9])],
    ],
    [
      'a long read is last, although it began first',
      [read(3, 0, 99), write(1, 1, 2), read(1, 3, 4), write(3, 5, 6)],
    ],
  ])('%s', (_, calls) => {
    expect(verdict(calls)).toBe('linearizable');
  });
});

describe('a history is not linearizable when', () => {
  it.each<[string, readonly Call<Operation>[]]>([
    ['a read finds what nobody wrote', [read(7, 0, 1)]],
    ['a read misses the write before it', [write(1, 0, 1), read(0, 2, 3)]],
    ['a read finds a write that begins after it', [read(1, 0, 1), write(1, 2, 3)]],
    [
      'two reads during a write find the new, then the old',
      [write(1, 0, 9), read(1, 1, 2), read(0, 3, 4)],
    ],
    [
      'an overwritten value is found again',
      [write(1, 0, 1), write(2, 2, 3), read(2, 4, 5), read(1, 6, 7)],
    ],
    [
      'two readers find two overlapping writes in different orders',
      [write(1, 0, 9), write(2, 0, 9), read(1, 10, 11), read(2, 12, 13)],
    ],
    ['two swaps both succeed from one value', [swap(0, 1, [0, 9]), swap(0, 2, [0, 9])]],
  ])('%s', (_, calls) => {
    expect(verdict(calls)).toBe('not-linearizable');
  });
});

describe('an effect that may have happened', () => {
  const late = effect({ kind: 'write', value: 5 }, [0]);

  it('may never happen', () => {
    expect(verdict([write(1, 1, 2), read(1, 3, 4)], [late])).toBe('linearizable');
  });

  it('may happen long after it began', () => {
    expect(verdict([write(1, 1, 2), read(1, 3, 4), read(5, 5, 6)], [late])).toBe('linearizable');
  });

  it('does not happen before it began', () => {
    const later = effect({ kind: 'write', value: 5 }, [9]);
    expect(verdict([read(5, 5, 6), read(5, 10, 11)], [later])).toBe('not-linearizable');
  });

  const twiceSeen = [write(1, 1, 2), read(5, 3, 4), write(2, 5, 6), read(5, 7, 8)];

  it('does not happen twice, if it has one start', () => {
    expect(verdict(twiceSeen, [late])).toBe('not-linearizable');
  });

  it('happens twice, if it has two', () => {
    const twice = effect({ kind: 'write', value: 5 }, [0, 0]);
    expect(verdict(twiceSeen, [twice])).toBe('linearizable');
  });

  it('does not happen for the second time before its second start', () => {
    const twice = effect({ kind: 'write', value: 5 }, [0, 9]);
    expect(verdict(twiceSeen, [twice])).toBe('not-linearizable');
  });

  it('does not happen after its end', () => {
    const brief = effect({ kind: 'write', value: 5 }, [0], 2);
    expect(verdict([write(1, 3, 4), read(5, 5, 6)], [brief])).toBe('not-linearizable');
  });

  it('happens before its end although the read of it goes on while others come and go', () => {
    const brief = effect({ kind: 'write', value: 5 }, [0], 1);
    const calls = [read(5, 0, 10), write(0, 0, 10), read(0, 2, 3)];
    expect(verdict(calls, [brief])).toBe('linearizable');
  });

  it('is tried although another one led to the same state, and was missing later', () => {
    const always = effect({ kind: 'write', value: 5 }, [0]);
    const brief = effect({ kind: 'write', value: 5 }, [0], 2);
    const calls = [read(5, 1, 2), write(1, 3, 4), read(5, 5, 6)];
    expect(verdict(calls, [always, brief])).toBe('linearizable');
    expect(verdict(calls, [always])).toBe('not-linearizable');
  });

  it('may be what another one needs', () => {
    const effects = [
      effect({ kind: 'swap', from: 5, to: 6 }, [0]),
      effect({ kind: 'write', value: 5 }, [0]),
    ];
    expect(verdict([read(6, 1, 2)], effects)).toBe('linearizable');
  });
});

describe('linearize', () => {
  it('tells which call stood in the way of the longest order', () => {
    const calls = [write(1, 0, 1), read(1, 2, 3), write(2, 4, 5), read(1, 6, 7), read(9, 8, 9)];
    expect(linearize(register, { calls, effects: [] }, 100)).toEqual({
      kind: 'not-linearizable',
      stuck: 3,
      before: [0, 1, 2],
    });
  });

  it('gives up after the steps that it may take', () => {
    const writes = Array.from({ length: 12 }, (_, i) => write(i + 1, 0, 100));
    const history: ConcurrentHistory<Operation> = {
      calls: [...writes, read(99, 0, 100)],
      effects: [],
    };
    expect(linearize(register, history, 1_000)).toEqual({ kind: 'undecided' });
  });

  it('does not try again what it knows to lead nowhere', () => {
    // 9 writes have 362,880 orders, but only 9 * 2^8 pairs of those that happened and of which came last.
    const writes = Array.from({ length: 9 }, (_, i) => write(i + 1, 0, 100));
    const history: ConcurrentHistory<Operation> = {
      calls: [...writes, read(99, 0, 100)],
      effects: [],
    };
    expect(linearize(register, history, 100_000).kind).toBe('not-linearizable');
  });

  it('does not try effects that nobody sees one after the other', () => {
    const effects = Array.from({ length: 30 }, (_, i) =>
      effect({ kind: 'write', value: i + 1 }, [0]),
    );
    const history: ConcurrentHistory<Operation> = { calls: [read(99, 0, 100)], effects };
    expect(linearize(register, history, 10_000).kind).toBe('not-linearizable');
  });

  it('needs a few steps for each operation of a long history', () => {
    const calls = Array.from({ length: 3_000 }, (_, i): readonly Call<Operation>[] => [
      write(i + 1, 10 * i, 10 * i + 4),
      ...Array.from({ length: 6 }, (__, reader) => read(i + (reader % 2), 10 * i + 1, 10 * i + 3)),
    ]).flat();
    expect(linearize(register, { calls, effects: [] }, 4 * calls.length).kind).toBe('linearizable');
  });
});
