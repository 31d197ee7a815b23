import { describe, expect, it } from 'vitest';
import { Prng } from '../../../../src/stdx/prng.js';
import { StoreUnderTest, turn } from './store-harness.js';

/**
 * Peers remember the sequence that a node tells of its store, and refuse its disk when that holds less. So a disk that has
 * lost nothing it promised must never hold less.
 */
describe('the sequence that a store tells', () => {
  it.each([1, 2, 3, 4, 5])(
    'is never ahead of what a crash at that moment leaves (seed %i)',
    async (seed) => {
      const prng = new Prng(seed);
      const under = await StoreUnderTest.open();
      const ends = ['lost', 'kept'] as const;
      let told = under.store.sequence();
      let highest = 0;
      for (let step = 0; step < 400; step++) {
        const dice = prng.int(20);
        if (dice === 0) {
          await under.crash(ends[prng.int(2)]);
          expect(under.store.openedSequence()).toBeGreaterThanOrEqual(told);
          expect(under.store.sequence()).toBe(under.store.openedSequence());
          await under.gate.open();
        } else if (dice < 4) under.gate.shut('sync');
        else if (dice < 9 && under.gate.waiting > 0) await under.gate.release();
        else void under.apply({ key: `k${prng.int(5)}`, ms: step + 1 });
        if (prng.int(2) === 0) await turn();
        told = under.store.sequence();
        highest = Math.max(highest, told);
      }
      expect(told).toBe(highest);
      expect(highest).toBeGreaterThan(50);
    },
  );
});
