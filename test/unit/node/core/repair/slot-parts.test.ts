import { describe, expect, it } from 'vitest';
import {
  areSums,
  differingParts,
  isInParts,
  PartSums,
  SLOT_PARTS,
  tokensOfParts,
} from '../../../../../src/node/core/repair/slot-parts.js';
import { SLOT_SIZE } from '../../../../../src/node/core/ring/token.js';
import type { LeafHashes } from '../../../../../src/node/core/grid/leaf-hashes.js';

/** Sums of copies, each with a hash of its own, spread over a slot, without some. */
function sumsOf(copies: number, without: readonly number[] = []): LeafHashes {
  const sums = new PartSums();
  for (let i = 0; i < copies; i++)
    if (!without.includes(i)) sums.add(tokenAt(i, copies), { hi: i + 1, lo: 7 });
  return sums.sums();
}

function tokenAt(i: number, copies: number): number {
  return 9 * SLOT_SIZE + Math.floor((i * SLOT_SIZE) / copies);
}

describe('the sums of a slot', () => {
  it('are as many as its copies are worth', () => {
    expect([0, 1, 4, 5, 100, 4096, 100_000].map((copies) => sumsOf(copies).length / 2)).toEqual([
      1,
      1,
      1,
      2,
      32,
      SLOT_PARTS,
      SLOT_PARTS,
    ]);
  });

  it('show no difference where there is none', () => {
    expect(differingParts([sumsOf(100), sumsOf(100), sumsOf(100)])).toEqual([]);
    expect(differingParts([sumsOf(0), sumsOf(0)])).toEqual([]);
  });

  it('show the part of a copy that one lacks', () => {
    const parts = differingParts([sumsOf(100), sumsOf(100, [50]), sumsOf(100)]);
    expect(parts).toEqual([{ from: 512, to: 544 }]);
    expect(isInParts(parts, tokenAt(50, 100))).toBe(true);
    expect(isInParts(parts, tokenAt(49, 100))).toBe(false);
    expect(isInParts(parts, tokenAt(56, 100))).toBe(false);
  });

  it('join neighbours, and only those', () => {
    const parts = differingParts([sumsOf(100), sumsOf(100, [0, 4, 99])]);
    expect(parts).toEqual([
      { from: 0, to: 64 },
      { from: 992, to: 1024 },
    ]);
  });

  it('of more copies are compared with those of fewer', () => {
    const many = sumsOf(4096);
    const few = sumsOf(
      4096,
      Array.from({ length: 4000 }, (_, i) => i),
    );
    expect(many.length).toBeGreaterThan(few.length);
    expect(differingParts([many, few])).toEqual([{ from: 0, to: 1024 }]);
    const half = Array.from({ length: 2048 }, (_, i) => i);
    expect(differingParts([many, sumsOf(4096, half)])).toEqual([{ from: 0, to: 512 }]);
  });

  it('have a number that divides the parts', () => {
    expect([0, 1, 2, 3, 512, 1024, 2048].filter((n) => areSums(new Uint32Array(2 * n)))).toEqual([
      1, 2, 512, 1024,
    ]);
  });
});

it('a run of parts is a run of tokens of its slot', () => {
  expect(tokensOfParts(3, { from: 1, to: SLOT_PARTS })).toEqual({
    start: 3 * SLOT_SIZE + 4,
    end: 4 * SLOT_SIZE,
  });
});
