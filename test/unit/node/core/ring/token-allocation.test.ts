import { describe, expect, it } from 'vitest';
import { Ring } from '../../../../../src/node/core/ring/ring.js';
import { imbalanceOf, ownershipOf } from '../../../../../src/node/core/ring/ownership.js';
import { growingRing } from '../../../../../src/node/core/ring/ring-growth.js';
import { allocateTokens } from '../../../../../src/node/core/ring/token-allocation.js';
import { SLOT_SIZE } from '../../../../../src/node/core/ring/token.js';
import type { Place } from '../../../../../src/node/core/ring/topology.js';
import { AssertionFailure } from '../../../../../src/stdx/assert.js';
import { Prng } from '../../../../../src/stdx/prng.js';
import { member } from './members.js';

const here: Place = { host: 'h', rack: 'r1', dc: 'dc1' };

function randomOf(seed: string): () => number {
  const prng = Prng.named(seed);
  return () => prng.nextFloat();
}

describe('the tokens of a newcomer', () => {
  it('are as many as asked, in different slots, sorted, and taken by nobody', () => {
    const others = [member('a', [1, 2, 3]), member('b', [4, 5, 6], 'dc2')];
    const tokens = allocateTokens({
      ring: Ring.of(others),
      newcomer: here,
      count: 256,
      replication: { dc1: 3 },
      random: randomOf('alpha'),
    });
    const slots = tokens.map((token) => token / SLOT_SIZE);
    expect(slots).toHaveLength(256);
    expect(new Set(slots).size).toBe(256);
    expect(slots.every(Number.isInteger)).toBe(true);
    expect(slots).toEqual([...slots].sort((a, b) => a - b));
    expect(slots.some((slot) => slot >= 1 && slot <= 6)).toBe(false);
  });

  it('avoid taken slots even when chance insists on them', () => {
    const ring = Ring.of([member('a', [0, 1, 2], 'dc2')]);
    const allocation = { ring, newcomer: here, count: 1, replication: { dc1: 3 } };
    expect(allocateTokens({ ...allocation, random: () => 0 })).toEqual([3 * SLOT_SIZE]);
  });

  it('do not meet each other where they are moved to', () => {
    const narrow = randomOf('alpha');
    const tokens = allocateTokens({
      ring: Ring.of([member('a', [500_000, 900_000])]),
      newcomer: here,
      count: 32,
      replication: { dc1: 3 },
      // Chance that knows four slots only, in which they would all find their best place.
      random: () => narrow() * 4e-6,
    });
    expect(new Set(tokens).size).toBe(32);
  });

  it('are the same for the same ring and the same chance', () => {
    const allocation = {
      ring: Ring.of([member('a', [5, 900_000]), member('b', [300_000, 600_000])]),
      newcomer: here,
      count: 16,
      replication: { dc1: 3 },
    };
    const tokens = allocateTokens({ ...allocation, random: randomOf('alpha') });
    expect(allocateTokens({ ...allocation, random: randomOf('alpha') })).toEqual(tokens);
    expect(allocateTokens({ ...allocation, random: randomOf('beta') })).not.toEqual(tokens);
  });

  it('are given in a data centre that keeps no copies, too', () => {
    const ring = Ring.of([member('a', [5, 900_000])]);
    const allocation = { ring, newcomer: here, count: 4, random: randomOf('alpha') };
    expect(allocateTokens({ ...allocation, replication: {} })).toHaveLength(4);
  });

  it('cannot be none', () => {
    const allocation = { ring: Ring.of([]), newcomer: here, count: 0, random: randomOf('alpha') };
    expect(() => allocateTokens({ ...allocation, replication: {} })).toThrow(AssertionFailure);
  });
});

describe('a second data centre', () => {
  it('is evened out by itself', () => {
    const places = Array.from({ length: 12 }, (_, i) => ({
      host: `h${i}`,
      rack: 'r1',
      dc: i % 3 === 0 ? 'west' : 'east',
    }));
    const replication = { west: 2, east: 3 };
    const growth = { places, tokensEach: 32, replication, random: randomOf('alpha') };
    const ring = [...growingRing(growth)].at(-1) ?? Ring.of([]);
    for (const dc of ['west', 'east']) {
      const owners = ownershipOf(ring, replication).filter((owner) => owner.member.dc === dc);
      expect(imbalanceOf(owners.map((owner) => owner.replicated))).toBeLessThan(1.02);
    }
  });
});
