import fc from 'fast-check';
import { arbitraryLevels, arbitraryMove } from './moving-plans.js';
import type { MoveEvent } from './moving-model.js';

/** What happens while a key moves: writes and reads by old and new plans, steps that some hear of, repairs that some take part in. */
export const movingHistories = arbitraryMove.chain((move) => {
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
