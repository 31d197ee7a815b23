import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Placement } from '../../src/node/core/ring/placement.js';
import { Ring, type RingMember } from '../../src/node/core/ring/ring.js';
import { distanceBetween, RING_SIZE, SLOT_SIZE } from '../../src/node/core/ring/token.js';
import { keyToken, ringCase, type RingCase } from './arbitrary-rings.js';
import { naiveReplicas, naiveWalk } from './naive-ring.js';

function check(holds: (ring: RingCase, token: number) => void): void {
  fc.assert(fc.property(ringCase, keyToken, holds), { numRuns: 300 });
}

function replicasOf({ members, replication }: RingCase, token: number): readonly RingMember[] {
  const ids = Placement.of(Ring.of(members), replication).replicaSetOf(token);
  return ids.flatMap((id) => members.filter((member) => member.nodeId === id));
}

function inCentre(members: readonly RingMember[], dc: string): readonly RingMember[] {
  return members.filter((member) => member.dc === dc && member.tokens.length > 0);
}

function countOf(members: readonly RingMember[], name: (member: RingMember) => string): number {
  return new Set(members.map(name)).size;
}

describe('ranges', () => {
  it('cover the ring once, and each contains the tokens that it is found for', () => {
    check(({ members }, token) => {
      const ring = Ring.of(members);
      const sizes = ring.ranges().map(({ start, end }) => distanceBetween(start, end));
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(RING_SIZE);
      const { index, start, end } = ring.rangeOf(token);
      expect(ring.ranges()[index]).toEqual({ index, start, end });
      const offset = (token - start + RING_SIZE) % RING_SIZE;
      expect(offset).toBeLessThan(distanceBetween(start, end));
    });
  });

  it('never divide a slot', () => {
    check(({ members }, token) => {
      const ring = Ring.of(members);
      const first = token - (token % SLOT_SIZE);
      expect(ring.rangeIndexOf(first)).toBe(ring.rangeIndexOf(first + SLOT_SIZE - 1));
    });
  });

  it('belong to the node whose token a walk meets first', () => {
    check(({ members }, token) => {
      const ring = Ring.of(members);
      expect(ring.members[ring.ownerIndexOf(token)]).toEqual(naiveWalk(members, token)[0]);
    });
  });
});

describe('replicas', () => {
  it('are those of the rule, said naively', () => {
    check(({ members, replication }, token) => {
      const placement = Placement.of(Ring.of(members), replication);
      expect(placement.replicaSetOf(token)).toEqual(naiveReplicas(members, token, replication));
    });
  });

  it('are as many different nodes as the factor asks for and the data centre has', () => {
    check((ring, token) => {
      const replicas = replicasOf(ring, token);
      expect(new Set(replicas).size).toBe(replicas.length);
      for (const dc of ['east', 'west']) {
        const eligible = inCentre(ring.members, dc);
        const copies = Math.min(ring.replication[dc] ?? 0, eligible.length);
        expect(inCentre(replicas, dc)).toHaveLength(copies);
      }
    });
  });

  it('stand in as many racks, and on as many hosts, as can be', () => {
    check((ring, token) => {
      const replicas = replicasOf(ring, token);
      for (const dc of ['east', 'west']) {
        const [chosen, eligible] = [inCentre(replicas, dc), inCentre(ring.members, dc)];
        for (const name of [
          ({ rack }: RingMember): string => rack,
          ({ rack, host }: RingMember): string => `${rack} ${host}`,
        ]) {
          expect(countOf(chosen, name)).toBe(Math.min(chosen.length, countOf(eligible, name)));
        }
      }
    });
  });

  it('do not depend on the order in which members are listed, nor does the hash of the ring', () => {
    check((ring, token) => {
      const reversed = { ...ring, members: ring.members.toReversed() };
      expect(replicasOf(reversed, token)).toEqual(replicasOf(ring, token));
      expect(Ring.of(reversed.members).hash).toBe(Ring.of(ring.members).hash);
    });
  });

  it('are among the old ones and the newcomer after a node was added', () => {
    check((ring, token) => {
      for (const newcomer of ring.members) {
        const before = ring.members.filter((member) => member !== newcomer);
        if (before.every((member) => member.tokens.length === 0)) continue;
        const old = replicasOf({ ...ring, members: before }, token);
        for (const replica of replicasOf(ring, token)) {
          expect([...old, newcomer]).toContain(replica);
        }
      }
    });
  });

  it('grow by one at the end when one more copy is asked for, in one data centre', () => {
    check(({ members }, token) => {
      const east = members.filter((member) => member.dc === 'east' && member.tokens.length > 0);
      if (east.length === 0) return;
      const few = Placement.of(Ring.of(east), { east: 2 }).replicaSetOf(token);
      const more = Placement.of(Ring.of(east), { east: 3 }).replicaSetOf(token);
      expect(more.slice(0, few.length)).toEqual(few);
    });
  });
});
