import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  batchBytes,
  faster,
  FIRST_PACE,
  PACE,
  pauseMs,
  slower,
  type ReplayPace,
} from '../../../../../src/node/core/hints/replay-pace.js';

const paces = fc
  .integer({ min: PACE.least, max: PACE.most })
  .map((bytesPerSecond): ReplayPace => ({ bytesPerSecond }));

/** What two holders that replay to one target come to, when it takes so much of them together. */
function settle(a: ReplayPace, b: ReplayPace, capacity: number): readonly number[] {
  let both = [a, b];
  for (let i = 0; i < 2_000; i++) {
    const sum = both.reduce((all, { bytesPerSecond }) => all + bytesPerSecond, 0);
    both = both.map(sum > capacity ? slower : faster);
  }
  return both.map(({ bytesPerSecond }) => bytesPerSecond);
}

describe('the pace of a replay', () => {
  it('rises by a step with what is taken, halves with what is not, and stays within its bounds', () => {
    expect(faster(FIRST_PACE).bytesPerSecond).toBe(PACE.first + PACE.step);
    expect(slower(FIRST_PACE).bytesPerSecond).toBe(PACE.first / 2);
    fc.assert(
      fc.property(paces, (pace) => {
        for (const next of [faster(pace), slower(pace)]) {
          expect(next.bytesPerSecond).toBeGreaterThanOrEqual(PACE.least);
          expect(next.bytesPerSecond).toBeLessThanOrEqual(PACE.most);
        }
      }),
    );
  });

  it('comes to be shared evenly by two holders, however unevenly they began', () => {
    const capacity = 8 * 1024 * 1024;
    fc.assert(
      fc.property(paces, paces, (a, b) => {
        const shares = settle(a, b, capacity);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThan(capacity / 8);
      }),
      { numRuns: 30 },
    );
  });

  it('holds: batches with their pauses send what it says', () => {
    fc.assert(
      fc.property(paces, fc.integer({ min: 0, max: 500 }), (pace, tookMs) => {
        const sizeBytes = batchBytes(pace);
        expect(sizeBytes).toBeLessThanOrEqual(PACE.batchMost);
        const spentMs = tookMs + pauseMs(pace, { sizeBytes, tookMs });
        expect((sizeBytes * 1000) / spentMs).toBeLessThanOrEqual(pace.bytesPerSecond * 1.001);
      }),
    );
  });
});
