import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryLevels, arbitraryMove, STEPS } from './moving-plans.js';
import { MovingModel, type MoveEvent } from './moving-model.js';

const histories = arbitraryMove.chain((move) => {
  const nodes = [...move.dcs.keys()];
  const by = fc.nat(nodes.length - 1);
  // Any order: the first ones are asked first.
  const reached = fc.shuffledSubarray(nodes);
  // Steps and data get on, or nothing would be seen of the later steps.
  const most = fc.oneof(fc.constant(nodes), reached);
  const event = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('write' as const), by, reached }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('read' as const), by, reached }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('apply' as const), reached: most }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('repair' as const), reached: most }) },
    { weight: 2, arbitrary: fc.constant<MoveEvent>({ kind: 'step' }) },
  );
  // The data of one half of them is there at the beginning: the window in which nothing is moved any more.
  const begun: readonly MoveEvent[] = [
    { kind: 'step' },
    { kind: 'apply', reached: nodes },
    { kind: 'repair', reached: nodes },
  ];
  return fc.record({
    move: fc.constant(move),
    levels: arbitraryLevels,
    events: fc
      .record({
        isBegun: fc.boolean(),
        events: fc.array<MoveEvent>(event, { minLength: 10, maxLength: 30, size: 'max' }),
      })
      .map(({ isBegun, events }) => (isBegun ? [...begun, ...events] : events)),
  });
});

describe('a key that moves, under writes that reach some and readers that know old plans', () => {
  it('is read as it was last acknowledged, or last read, in every step', () => {
    const ends = new Set<string>();
    fc.assert(
      fc.property(histories, ({ move, levels, events }) => {
        const model = new MovingModel(move, levels);
        for (const event of events) expect(model.run(event)).toBeUndefined();
        ends.add(model.step);
      }),
      { numRuns: 2000 },
    );
    // The histories come to every step, so that all of them were checked.
    expect([...ends].sort()).toEqual([...STEPS].sort());
  });
});
