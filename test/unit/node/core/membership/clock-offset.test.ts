import { describe, expect, it } from 'vitest';
import { ClockOffsets } from '../../../../../src/node/core/membership/clock-offset.js';
import { Prng } from '../../../../../src/stdx/prng.js';

const WALL = 1_767_225_600_000;

/** A reading at monotonic time `atMs` of a clock that is `aheadMs` ahead, over an even round trip. */
function reading(atMs: number, aheadMs: number, roundTripMs = 2) {
  return {
    peerWallMs: WALL + atMs + aheadMs,
    sentMonoMs: atMs - roundTripMs / 2,
    receivedMonoMs: atMs + roundTripMs / 2,
  };
}

describe('clock offsets', () => {
  it('corrects a reading by half of its round trip', () => {
    const clocks = new ClockOffsets();
    clocks.note('a', reading(1000, 410, 80));
    expect(clocks.offsetOf('a', { wallMs: WALL + 5000, monoMs: 5000 })).toBe(410);
    expect(clocks.offsetOf('b', { wallMs: WALL + 5000, monoMs: 5000 })).toBeUndefined();
  });

  it('knows nothing of the own clock before a peer answered', () => {
    expect(new ClockOffsets().ownOffset({ wallMs: WALL, monoMs: 0 })).toBeUndefined();
  });

  it('compares the own clock with the median of all, so that one wrong peer accuses nobody', () => {
    const clocks = new ClockOffsets();
    clocks.note('a', reading(1000, 3));
    clocks.note('b', reading(1000, 20_000));
    expect(clocks.ownOffset({ wallMs: WALL + 1000, monoMs: 1000 })).toBe(-3);
  });

  it('finds the own clock wrong when the others agree, at once after it was stepped', () => {
    const clocks = new ClockOffsets();
    for (const id of ['a', 'b']) clocks.note(id, reading(1000, 0));
    expect(clocks.ownOffset({ wallMs: WALL + 1000, monoMs: 1000 })).toBe(-0);
    expect(clocks.ownOffset({ wallMs: WALL + 12_000, monoMs: 2000 })).toBe(10_000);
  });

  it('keeps a good reading over a worse one for a while, then takes what there is', () => {
    const clocks = new ClockOffsets();
    const own = { wallMs: WALL + 1000, monoMs: 1000 };
    clocks.note('a', reading(1000, 10));
    clocks.note('a', reading(5000, 300, 900));
    expect(clocks.offsetOf('a', own)).toBe(10);
    clocks.note('a', reading(40_000, 300, 900));
    expect(clocks.offsetOf('a', own)).toBe(300);
  });

  it('gives the time of the median of all clocks, and of two opinions the earlier', () => {
    const clocks = new ClockOffsets();
    const own = { wallMs: WALL + 1000.5, monoMs: 1000.5 };
    expect(clocks.commonWallMs(own)).toBeUndefined();
    clocks.note('a', reading(1000, 3_600_000));
    expect(clocks.commonWallMs(own)).toBe(WALL + 1000);
    expect(clocks.commonWallMs({ ...own, wallMs: WALL + 7_200_000 })).toBe(WALL + 3_601_000);
    clocks.note('b', reading(1000, 3_600_010));
    expect(clocks.commonWallMs(own)).toBe(WALL + 3_601_000);
    clocks.note('c', reading(1000, 0));
    expect(clocks.commonWallMs(own)).toBe(WALL + 1000);
  });

  it.each([1, 2, 3, 4, 5, 6, 7])(
    'finds the median that sorting all of them finds (%i peers)',
    (peers) => {
      const prng = new Prng(peers);
      for (let run = 0; run < 200; run++) {
        const clocks = new ClockOffsets();
        const all = Array.from({ length: peers }, () => prng.int(20) - 10);
        for (const [i, aheadMs] of all.entries()) clocks.note(`n${i}`, reading(1000, aheadMs));
        const ownAheadMs = prng.int(30) - 15;
        const sorted = [...all, ownAheadMs].sort((a, b) => a - b);
        const [low, high] = [sorted[peers >> 1]!, sorted[(peers + 1) >> 1]!];
        const own = { wallMs: WALL + 1000 + ownAheadMs, monoMs: 1000 };
        expect(clocks.ownOffset(own)).toBeCloseTo(ownAheadMs - (low + high) / 2, 6);
        expect(clocks.commonWallMs(own)).toBe(WALL + 1000 + low);
      }
    },
  );

  it('forgets the nodes that are not kept', () => {
    const clocks = new ClockOffsets();
    clocks.note('a', reading(1000, 10));
    clocks.keepOnly(new Set(['b']));
    expect(clocks.ownOffset({ wallMs: WALL, monoMs: 0 })).toBeUndefined();
  });
});
