import fc from 'fast-check';
import type { Replication } from '../../src/node/core/ring/placement.js';
import type { RingMember } from '../../src/node/core/ring/ring.js';
import { SLOT_COUNT, SLOT_SIZE } from '../../src/node/core/ring/token.js';

export interface RingCase {
  readonly members: readonly RingMember[];
  readonly replication: Replication;
}

const place = fc.record({
  host: fc.constantFrom('h1', 'h2', 'h3', 'h4'),
  rack: fc.constantFrom('r1', 'r2', 'r3'),
  dc: fc.constantFrom('east', 'east', 'west'),
});

/** Slots crowd at both ends of the ring, so that ranges wrap, touch and are one slot wide. */
const slot = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: SLOT_COUNT - 40, max: SLOT_COUNT - 1 }),
  fc.integer({ min: 0, max: SLOT_COUNT - 1 }),
);

const factor = fc.integer({ min: 0, max: 5 });

/** Up to ten nodes in two data centres, with up to six tokens each (some have none), and up to five copies. */
export const ringCase: fc.Arbitrary<RingCase> = fc
  .tuple(
    fc.array(place, { minLength: 1, maxLength: 10 }),
    fc.uniqueArray(slot, { minLength: 1, maxLength: 60 }),
    fc.record({ east: factor, west: factor }),
  )
  .map(([places, slots, replication]) => ({
    replication,
    members: places.map((where, i) => ({
      nodeId: `n${i}`,
      ...where,
      tokens: slots
        .filter((_, at) => at % places.length === i && at < 6 * places.length)
        .map((one) => one * SLOT_SIZE)
        .sort((a, b) => a - b),
    })),
  }));

/** Tokens near the ends, near tokens of nodes, and anywhere. */
export const keyToken: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 0, max: 45 * SLOT_SIZE }),
  fc.integer({ min: 2 ** 32 - 45 * SLOT_SIZE, max: 2 ** 32 - 1 }),
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  slot.map((one) => one * SLOT_SIZE),
);
