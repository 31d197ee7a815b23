import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlotMap } from '../../../../../src/node/core/repair/slot-map.js';
import { SLOT_COUNT } from '../../../../../src/node/core/ring/token.js';

/** The first slots of the ring as an array; the rest of the ring is never touched. */
const FIRST = 40;

describe('a map of slots', () => {
  const run = fc
    .tuple(fc.nat(FIRST), fc.nat(FIRST))
    .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));
  const change = fc.record({ run, value: fc.nat(3), how: fc.constantFrom('set', 'raise') });

  it('holds what an array would, in as few runs as there are', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), run, (changes, asked) => {
        const map = new SlotMap();
        const naive = new Array<number>(FIRST).fill(0);
        for (const {
          run: { from, to },
          value,
          how,
        } of changes) {
          if (how === 'set') map.set({ from, to }, value);
          else map.raise({ from, to }, value);
          for (let i = from; i < to; i++)
            naive[i] = how === 'set' ? value : Math.max(naive[i]!, value);
        }
        expect(naive.map((_, slot) => map.at(slot))).toEqual(naive);
        const parts = map
          .within(asked)
          .flatMap(({ from, to, value }) => new Array<number>(to - from).fill(value));
        expect(parts).toEqual(naive.slice(asked.from, asked.to));
        expect(map.lowest(asked)).toBe(Math.min(...naive.slice(asked.from, asked.to)));
        for (const [i, next] of map.runs().slice(1).entries()) {
          const { to, value } = map.runs()[i]!;
          expect(to < next.from || value !== next.value).toBe(true);
        }
        expect(new SlotMap(map.runs()).runs()).toEqual(map.runs());
      }),
      { numRuns: 500 },
    );
  });

  it('may be asked for the last slot of the ring, and set whole', () => {
    const map = new SlotMap();
    map.set({ from: 0, to: SLOT_COUNT }, 7);
    expect(map.runs()).toEqual([{ from: 0, to: SLOT_COUNT, value: 7 }]);
    map.set({ from: SLOT_COUNT - 1, to: SLOT_COUNT }, 0);
    expect([map.at(SLOT_COUNT - 1), map.at(SLOT_COUNT - 2)]).toEqual([0, 7]);
  });
});
