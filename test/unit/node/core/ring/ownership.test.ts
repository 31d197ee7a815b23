import { describe, expect, it } from 'vitest';
import { failureExposureOf } from '../../../../../src/node/core/ring/failure-exposure.js';
import {
  imbalanceOf,
  imbalanceWithinRacks,
  ownershipOf,
} from '../../../../../src/node/core/ring/ownership.js';
import { movementBetween } from '../../../../../src/node/core/ring/range-movement.js';
import { Ring } from '../../../../../src/node/core/ring/ring.js';
import { SLOT_COUNT } from '../../../../../src/node/core/ring/token.js';
import { member } from './members.js';

/** The slot at a fraction of the ring. */
const at = (fraction: number): number => fraction * SLOT_COUNT;

describe('ownership', () => {
  const ring = Ring.of([
    member('a', [at(0.5)]),
    member('b', [at(0.75)]),
    member('c', [0]),
    member('d', []),
  ]);

  it('is the share of the ring in which a node is first, and in which it is any replica', () => {
    const owners = ownershipOf(ring, { dc1: 2 });
    expect(owners.map(({ member: { nodeId }, ...shares }) => ({ nodeId, ...shares }))).toEqual([
      { nodeId: 'a', primary: 0.5, replicated: 0.75 },
      { nodeId: 'b', primary: 0.25, replicated: 0.75 },
      { nodeId: 'c', primary: 0.25, replicated: 0.5 },
      { nodeId: 'd', primary: 0, replicated: 0 },
    ]);
  });

  it('is even when the greatest share is the mean', () => {
    expect(imbalanceOf([0.5, 0.25, 0.25])).toBe(1.5);
    expect(imbalanceOf([0.4, 0.4])).toBe(1);
    expect(imbalanceOf([0, 0])).toBe(1);
  });

  it('is judged inside each rack where racks differ in size', () => {
    const racks = Ring.of([
      member('a', [at(0.25)], 'dc1/r1'),
      member('b', [at(0.75)], 'dc1/r1'),
      member('c', [at(0.5)], 'dc1/r2'),
    ]);
    const owners = ownershipOf(racks, { dc1: 2 });
    expect(imbalanceOf(owners.map((owner) => owner.replicated))).toBe(1.5);
    expect(imbalanceWithinRacks(owners)).toBe(1);
  });
});

describe('movement', () => {
  it('counts the copies that go to a node which did not hold them', () => {
    const before = Ring.of([member('a', [at(0.5)]), member('b', [0])]);
    const after = Ring.of([member('a', [at(0.5)]), member('b', [0]), member('c', [at(0.25)])]);
    expect(movementBetween(before, after, { dc1: 1 })).toEqual({ copies: 1, moved: 0.25 });
    expect(movementBetween(before, after, { dc1: 2 })).toEqual({ copies: 2, moved: 0.75 });
    expect(movementBetween(before, before, { dc1: 2 })).toEqual({ copies: 2, moved: 0 });
  });

  it('counts a further copy as moved', () => {
    const before = Ring.of([member('a', [at(0.5)])]);
    const after = Ring.of([member('a', [at(0.5)]), member('b', [0])]);
    expect(movementBetween(before, after, { dc1: 2 })).toEqual({ copies: 2, moved: 1 });
  });
});

describe('exposure to failures', () => {
  const six = Ring.of(['a', 'b', 'c', 'd', 'e', 'f'].map((id, i) => member(id, [at(i / 8)])));

  it('is the share of pairs that together leave a range without quorum', () => {
    // Neighbours at distance one and two of six: 12 of the 15 pairs.
    expect(failureExposureOf(six, { dc1: 3 })).toEqual({ replicaSets: 6, fatalPairs: 0.8 });
  });

  it('is nothing when a quorum survives any two failures', () => {
    expect(failureExposureOf(six, { dc1: 5 })).toEqual({ replicaSets: 6, fatalPairs: 0 });
  });

  it('is every pair with a node that costs a quorum alone, as each does with one or two copies', () => {
    expect(failureExposureOf(six, { dc1: 2 })).toEqual({ replicaSets: 6, fatalPairs: 1 });
    expect(failureExposureOf(six, { dc1: 1 })).toEqual({ replicaSets: 6, fatalPairs: 1 });
  });

  it('counts sets without regard to order', () => {
    const two = Ring.of([member('a', [at(0.25)]), member('b', [at(0.5)])]);
    expect(failureExposureOf(two, { dc1: 2 })).toEqual({ replicaSets: 1, fatalPairs: 1 });
    expect(failureExposureOf(Ring.of([member('a', [1])]), { dc1: 3 })).toEqual({
      replicaSets: 1,
      fatalPairs: 0,
    });
  });
});
