import { describe, expect, it } from 'vitest';
import { imbalanceWithinRacks, ownershipOf } from '../../../../../src/node/core/ring/ownership.js';
import { rebalanceMoves, withMoves } from '../../../../../src/node/core/ring/rebalance.js';
import { Ring, type RingMember } from '../../../../../src/node/core/ring/ring.js';
import { SLOT_COUNT, SLOT_SIZE } from '../../../../../src/node/core/ring/token.js';
import { Prng } from '../../../../../src/stdx/prng.js';

const replication = { dc1: 3 };

/** Nodes with tokens that were drawn, in so many racks. */
function drawn(seed: number, nodes: number, racks: number): Ring {
  const random = new Prng(seed);
  const taken = new Set<number>();
  const draw = (): number => {
    for (;;) {
      const slot = Math.floor(random.nextFloat() * SLOT_COUNT);
      if (taken.has(slot)) continue;
      taken.add(slot);
      return slot * SLOT_SIZE;
    }
  };
  const members = Array.from({ length: nodes }, (_, i): RingMember => {
    const name = `n${i}`;
    const tokens = Array.from({ length: 32 }, draw).sort((a, b) => a - b);
    return { nodeId: name, tokens, host: name, rack: `r${i % racks}`, dc: 'dc1' };
  });
  return Ring.of(members);
}

function imbalance(ring: Ring): number {
  return imbalanceWithinRacks(ownershipOf(ring, replication));
}

describe('vnodes that are handed on', () => {
  it.each([
    [1, 6, 1],
    [2, 9, 3],
    [3, 20, 4],
  ])('make a drawn ring even inside its racks (seed %i, %i nodes, %i racks)', (...how) => {
    const ring = drawn(...how);
    const moves = rebalanceMoves(ring, { replication, target: 1.05 });
    const after = withMoves(ring, moves);
    expect(imbalance(ring)).toBeGreaterThan(1.1);
    expect(imbalance(after)).toBeLessThanOrEqual(1.06);
    expect(moves.length).toBeLessThan(ring.size / 4);
  });

  it('stay where they are, are as many, and leave nobody without one', () => {
    const ring = drawn(4, 12, 2);
    const after = withMoves(ring, rebalanceMoves(ring, { replication, target: 1.02 }));
    const tokensOf = ({ members }: Ring): readonly number[] =>
      members.flatMap(({ tokens }) => tokens).sort((a, b) => a - b);
    expect(tokensOf(after)).toEqual(tokensOf(ring));
    expect(after.members.every(({ tokens }) => tokens.length > 0)).toBe(true);
  });

  it('go to nodes of the same rack', () => {
    const ring = drawn(5, 9, 3);
    const rackOf = (nodeId: string | undefined): string | undefined =>
      ring.members.find((member) => member.nodeId === nodeId)?.rack;
    for (const { token, to } of rebalanceMoves(ring, { replication, target: 1.03 })) {
      const from = ring.members.find(({ tokens }) => tokens.includes(token));
      expect(rackOf(to)).toBe(from?.rack);
      expect(to).not.toBe(from?.nodeId);
    }
  });

  it('are none where the ring is even enough, and the same for the same ring', () => {
    const ring = drawn(6, 6, 1);
    expect(rebalanceMoves(ring, { replication, target: 2 })).toEqual([]);
    const options = { replication, target: 1.05 };
    expect(rebalanceMoves(ring, options)).toEqual(rebalanceMoves(ring, options));
  });
});
