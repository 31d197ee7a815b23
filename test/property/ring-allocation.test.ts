import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JoinShares } from '../../src/node/core/ring/join-shares.js';
import {
  imbalanceOf,
  imbalanceWithinRacks,
  ownershipOf,
} from '../../src/node/core/ring/ownership.js';
import { movementBetween } from '../../src/node/core/ring/range-movement.js';
import { Ring } from '../../src/node/core/ring/ring.js';
import { type Growth, growingRing } from '../../src/node/core/ring/ring-growth.js';
import { SLOT_COUNT, SLOT_SIZE } from '../../src/node/core/ring/token.js';
import { TokenChain } from '../../src/node/core/ring/token-chain.js';
import { dataCentreOf, type Place } from '../../src/node/core/ring/topology.js';
import { Prng } from '../../src/stdx/prng.js';
import { randomTokens } from './naive-ring.js';

const SEEDS = ['alpha', 'beta', 'gamma'];
const REPLICATION = { dc1: 3 };

interface Layout {
  readonly nodes: number;
  readonly racks: number;
  readonly tokensEach: number;
  readonly oneHost?: boolean;
}

function growth({ nodes, racks, tokensEach, oneHost = false }: Layout, seed: string): Growth {
  const prng = Prng.named(seed);
  const places = Array.from({ length: nodes }, (_, i) => ({
    host: oneHost ? 'laptop' : `h${i}`,
    rack: `r${i % racks}`,
    dc: 'dc1',
  }));
  return { places, tokensEach, replication: REPLICATION, random: () => prng.nextFloat() };
}

function replicatedImbalance(ring: Ring): number {
  return imbalanceOf(ownershipOf(ring, REPLICATION).map((owner) => owner.replicated));
}

function primaryImbalance(ring: Ring): number {
  return imbalanceOf(ownershipOf(ring, REPLICATION).map((owner) => owner.primary));
}

function lastOf(rings: Iterable<Ring>): Ring {
  return [...rings].at(-1) ?? Ring.of([]);
}

describe('a cluster that grows node by node', () => {
  it.each([
    { tokensEach: 128, oneHost: false, primary: 1.05 },
    { tokensEach: 128, oneHost: true, primary: 1.05 },
    { tokensEach: 16, oneHost: false, primary: 1.2 },
  ])('is within 3 % of even at every size from 3 to 12: %j', ({ primary, ...layout }) => {
    for (const seed of SEEDS) {
      const rings = [...growingRing(growth({ nodes: 12, racks: 1, ...layout }, seed))];
      for (const ring of rings.slice(2)) {
        expect(replicatedImbalance(ring)).toBeLessThan(1.03);
        expect(primaryImbalance(ring)).toBeLessThan(primary);
      }
    }
  });

  it('is within 3 % of even inside every rack of three, and over all when racks are equal', () => {
    for (const seed of SEEDS) {
      for (const ring of growingRing(growth({ nodes: 12, racks: 3, tokensEach: 128 }, seed))) {
        expect(imbalanceWithinRacks(ownershipOf(ring, REPLICATION))).toBeLessThan(1.03);
        if (ring.members.length % 3 === 0) expect(replicatedImbalance(ring)).toBeLessThan(1.03);
      }
    }
  });

  it('moves at most 1.05 / (N + 1) of its copies to the newcomer, and none to others', () => {
    for (const racks of [1, 3]) {
      const rings = [...growingRing(growth({ nodes: 12, racks, tokensEach: 128 }, 'alpha'))];
      for (const [i, after] of rings.entries()) {
        const before = rings[i - 1];
        if (before === undefined || before.members.length < 3) continue;
        const { copies, moved } = movementBetween(before, after, REPLICATION);
        expect(moved / copies).toBeLessThan(1.05 / after.members.length);
        const newcomer = ownershipOf(after, REPLICATION).at(-1);
        expect(moved).toBeCloseTo(newcomer?.replicated ?? 0, 10);
      }
    }
  });
});

describe('allocated tokens', () => {
  it.each([
    { nodes: 30, racks: 1, tokensEach: 16 },
    { nodes: 30, racks: 3, tokensEach: 16 },
    { nodes: 12, racks: 1, tokensEach: 4 },
  ])('are far more even than random ones: %j', (layout) => {
    for (const seed of SEEDS.slice(1)) {
      const allocated = lastOf(growingRing(growth(layout, seed)));
      const drawn = lastOf(growingRing({ ...growth(layout, seed), allocate: randomTokens }));
      const surplus = replicatedImbalance(allocated) - 1;
      expect(surplus).toBeLessThan((replicatedImbalance(drawn) - 1) / 3);
      expect(primaryImbalance(allocated)).toBeLessThan(primaryImbalance(drawn));
    }
  });
});

describe('the ledger of a join', () => {
  interface JoinCase {
    readonly places: readonly Place[];
    readonly slots: readonly number[];
    readonly newcomer: Place;
    readonly own: readonly number[];
    readonly copies: number;
  }

  const place: fc.Arbitrary<Place> = fc.record({
    host: fc.constantFrom('h1', 'h2', 'h3', 'h4'),
    rack: fc.constantFrom('r1', 'r2', 'r3'),
    dc: fc.constant('dc1'),
  });
  const slot = fc.oneof(
    fc.integer({ min: 0, max: 30 }),
    fc.integer({ min: SLOT_COUNT - 10, max: SLOT_COUNT - 1 }),
    fc.integer({ min: 0, max: SLOT_COUNT - 1 }),
  );
  const joinCase: fc.Arbitrary<JoinCase> = fc
    .record({
      places: fc.array(place, { minLength: 1, maxLength: 7 }),
      slots: fc.uniqueArray(slot, { minLength: 16, maxLength: 45 }),
      newcomer: place,
      ownCount: fc.integer({ min: 1, max: 8 }),
      copies: fc.integer({ min: 1, max: 4 }),
    })
    .map(({ slots, ownCount, ...rest }) => ({
      ...rest,
      own: slots.slice(0, ownCount),
      slots: slots.slice(ownCount),
    }));

  /** The same sum of squares, from scratch. */
  function imbalance(
    { places, slots, newcomer, copies }: JoinCase,
    own: readonly number[],
  ): number {
    const members = [...places, newcomer].map((where, i) => ({
      nodeId: `n${i}`,
      ...where,
      tokens: (i === places.length ? own : slots.filter((_, at) => at % places.length === i)).map(
        (one) => one * SLOT_SIZE,
      ),
    }));
    let sum = 0;
    for (const owner of ownershipOf(Ring.of(members), { dc1: copies })) {
      sum += (owner.replicated * SLOT_COUNT) ** 2 + 0.25 * (owner.primary * SLOT_COUNT) ** 2;
    }
    return sum;
  }

  function ledgerOf({ places, slots, newcomer, own, copies }: JoinCase): JoinShares {
    const settled = slots
      .map((one, at) => ({ slot: one, node: at % places.length }))
      .sort((a, b) => a.slot - b.slot);
    const chain = new TokenChain(
      {
        slots: Int32Array.from(settled, (one) => one.slot),
        nodes: Uint16Array.from(settled, (one) => one.node),
      },
      places.length,
      own.length,
    );
    return new JoinShares(dataCentreOf('dc1', [...places, newcomer]), chain, copies);
  }

  it('says by how much a token changes imbalance, as if all were counted again', () => {
    fc.assert(
      fc.property(joinCase, (join) => {
        const shares = ledgerOf(join);
        const placed: number[] = [];
        for (const [token, at] of join.own.entries()) {
          const expected = imbalance(join, [...placed, at]) - imbalance(join, placed);
          expect(shares.changeWith(token, at)).toBeCloseTo(expected, 0);
          shares.put(token, at);
          placed.push(at);
        }
        for (const [token, at] of join.own.entries()) {
          shares.take(token);
          placed.shift();
          const expected = imbalance(join, [...placed, at]) - imbalance(join, placed);
          expect(shares.changeWith(token, at)).toBeCloseTo(expected, 0);
        }
      }),
      { numRuns: 300 },
    );
  });
});
