import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOfRing } from '../../../../../src/node/core/ring/bytes-of-ring.js';
import { nodeShares } from '../../../../../src/node/core/ring/node-shares.js';
import { copiesMade, ownerMovements } from '../../../../../src/node/core/ring/owner-movements.js';
import { ownerPieces, type OwnerPiece } from '../../../../../src/node/core/ring/owner-pieces.js';
import { ownershipOf } from '../../../../../src/node/core/ring/ownership.js';
import { movementBetween } from '../../../../../src/node/core/ring/range-movement.js';
import {
  placedRing,
  ringOf,
  type RingLayout,
} from '../../../../../src/node/core/ring/ring-layout.js';
import { SLOT_COUNT } from '../../../../../src/node/core/ring/token.js';
import { stateAfter } from '../../../../../src/node/core/topology/planned-state.js';
import { layoutMember, ringLayout } from './test-layout.js';

const QUARTER = SLOT_COUNT / 4;
const NAMES = ['n1', 'n2', 'n3', 'n4', 'n5'];

/** n1 has the second half of the ring and n2 the first; then n3 takes half of what n2 has. */
const halves = ringLayout([layoutMember('n1', [0]), layoutMember('n2', [2 * QUARTER])], 1);
const joined = ringLayout([...halves.members, layoutMember('n3', [QUARTER])], 1);

function piecesBetween(now: RingLayout, next: RingLayout): readonly OwnerPiece[] {
  return ownerPieces(placedRing(now, now.namespaces[0]!), placedRing(next, next.namespaces[0]!));
}

describe('the pieces of two rings', () => {
  it('are cut at the tokens of both, with the owners on either', () => {
    expect(piecesBetween(halves, joined)).toEqual([
      {
        ...{ start: 0, end: QUARTER * 4096, share: 0.25 },
        ...{ now: ['id-n2'], next: ['id-n3'] },
      },
      {
        ...{ start: QUARTER * 4096, end: 2 * QUARTER * 4096, share: 0.25 },
        ...{ now: ['id-n2'], next: ['id-n2'] },
      },
      {
        ...{ start: 2 * QUARTER * 4096, end: 0, share: 0.5 },
        ...{ now: ['id-n1'], next: ['id-n1'] },
      },
    ]);
  });

  it('are the ranges of the one ring when no other is asked about', () => {
    const pieces = ownerPieces(placedRing(joined, joined.namespaces[0]!));

    expect(pieces.map(({ start }) => start)).toEqual(
      ringOf(joined)
        .ranges()
        .map((one) => one.start),
    );
    expect(pieces.every(({ now, next }) => now === next)).toBe(true);
  });

  it('say what a node owns, gains and loses', () => {
    const sharesOf = nodeShares(piecesBetween(halves, joined));

    expect(sharesOf('id-n2')).toEqual({
      ...{ primary: 0.5, holds: 0.5, primaryNext: 0.25, holdsNext: 0.25, gains: 0, loses: 0.25 },
    });
    expect(sharesOf('id-n3')).toMatchObject({ holds: 0, holdsNext: 0.25, gains: 0.25 });
    expect(sharesOf('nobody').holdsNext).toBe(0);
  });

  it('that move are told by who loses and who gains them', () => {
    const movements = ownerMovements(piecesBetween(halves, joined));

    expect(movements).toEqual([{ from: ['id-n2'], to: ['id-n3'], ranges: 1, share: 0.25 }]);
    expect(ownerMovements(piecesBetween(halves, halves))).toEqual([]);
  });

  it('count copies that are made, not those that are given up', () => {
    const more = { ...halves, settings: { defaultReplicationFactor: 2 } };

    expect(ownerMovements(piecesBetween(halves, more))).toEqual([
      { from: [], to: ['id-n1'], ranges: 1, share: 0.5 },
      { from: [], to: ['id-n2'], ranges: 1, share: 0.5 },
    ]);
    expect(copiesMade(ownerMovements(piecesBetween(halves, more)))).toBe(1);
    expect(copiesMade(ownerMovements(piecesBetween(more, halves)))).toBe(0);
  });

  it('are the whole ring, and say of any two rings what ownership and movement say', () => {
    const slots = fc.uniqueArray(fc.nat(SLOT_COUNT - 1), { minLength: 10, maxLength: 20 });
    const gone = fc.subarray(NAMES, { maxLength: NAMES.length - 1 });
    fc.assert(
      fc.property(slots, gone, fc.integer({ min: 1, max: 3 }), (drawn, leavers, copies) => {
        const tokensOf = (at: number): number[] =>
          drawn.filter((_, i) => i % NAMES.length === at).sort((a, b) => a - b);
        const members = NAMES.map((name, at) => layoutMember(name, tokensOf(at)));
        const now = ringLayout(members, copies);
        const next = stateAfter(
          now,
          leavers.map((name) => ({ kind: 'leave', nodeId: `id-${name}`, isDead: false })),
        );
        const pieces = piecesBetween(now, next);
        const sharesOf = nodeShares(pieces);

        expect(pieces.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
        for (const { member, primary, replicated } of ownershipOf(ringOf(now), { dc1: copies })) {
          const shares = sharesOf(member.nodeId);
          expect(shares.primary).toBeCloseTo(primary, 9);
          expect(shares.holds).toBeCloseTo(replicated, 9);
          expect(shares.holds + shares.gains - shares.loses).toBeCloseTo(shares.holdsNext, 9);
        }
        const { moved } = movementBetween(ringOf(now), ringOf(next), { dc1: copies });
        expect(copiesMade(ownerMovements(pieces))).toBeCloseTo(moved, 9);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the bytes of a ring', () => {
  it('are those that the nodes keep, over how many copies that is', () => {
    expect(
      bytesOfRing([
        { holds: 1, loadBytes: 300 },
        { holds: 0.5, loadBytes: 150 },
      ]),
    ).toBe(300);
  });

  it('rest on those that said what they keep, and own something', () => {
    const nodes = [
      ...[
        { holds: 0.5, loadBytes: 150 },
        { holds: 1, loadBytes: undefined },
      ],
      { holds: 0, loadBytes: 7 },
    ];

    expect(bytesOfRing(nodes)).toBe(300);
    expect(bytesOfRing(nodes.slice(1))).toBeUndefined();
  });
});
