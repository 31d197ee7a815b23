import { describe, expect, it } from 'vitest';
import { Placement, replicasOf } from '../../../../../src/node/core/ring/placement.js';
import { Ring, type RingMember } from '../../../../../src/node/core/ring/ring.js';
import { member } from './members.js';

/** The replicas of token 0, where the walk meets the slots in ascending order. */
function replicas(members: readonly RingMember[], copies: Record<string, number>): string {
  return replicasOf(Ring.of(members), 0, copies).join(' ');
}

describe('placement in one data centre', () => {
  it('walks to the next nodes, each once', () => {
    const members = [
      member('a', [1, 2, 5]),
      member('b', [3, 6]),
      member('c', [4]),
      member('d', [7]),
    ];
    expect(replicas(members, { dc1: 3 })).toBe('a b c');
    expect(replicas(members, { dc1: 1 })).toBe('a');
  });

  it('keeps as many copies as there are nodes when the factor asks for more', () => {
    const members = [member('a', [1]), member('b', [2])];
    expect(replicas(members, { dc1: 3 })).toBe('a b');
  });

  it('passes over a node without tokens', () => {
    const members = [member('a', [1]), member('b', [2]), member('router', [])];
    expect(replicas(members, { dc1: 3 })).toBe('a b');
  });

  it('prefers a new host to a new node on the same one', () => {
    const members = [
      member('a', [1], 'dc1/r1/h1'),
      member('b', [2], 'dc1/r1/h1'),
      member('c', [3], 'dc1/r1/h2'),
      member('d', [4], 'dc1/r1/h3'),
    ];
    expect(replicas(members, { dc1: 2 })).toBe('a c');
    expect(replicas(members, { dc1: 3 })).toBe('a c d');
    expect(replicas(members, { dc1: 4 })).toBe('a c d b');
  });

  it('prefers a new rack to a new host, and then goes on with hosts', () => {
    const members = [
      member('a', [1], 'dc1/r1/h1'),
      member('b', [2], 'dc1/r1/h1'),
      member('c', [3], 'dc1/r1/h2'),
      member('d', [4], 'dc1/r2/h3'),
      member('e', [5], 'dc1/r3/h4'),
    ];
    expect(replicas(members, { dc1: 3 })).toBe('a d e');
    expect(replicas(members, { dc1: 4 })).toBe('a d e c');
    expect(replicas(members, { dc1: 5 })).toBe('a d e c b');
  });

  it('places all copies on one host when there is no other', () => {
    const members = ['a', 'b', 'c'].map((id, i) => member(id, [i + 1], 'dc1/r1/laptop'));
    expect(replicas(members, { dc1: 3 })).toBe('a b c');
  });

  it('counts one host name in two racks as two hosts', () => {
    const members = [
      member('a', [1], 'dc1/r1/laptop'),
      member('b', [2], 'dc1/r1/laptop'),
      member('c', [3], 'dc1/r2/laptop'),
    ];
    expect(replicas(members, { dc1: 2 })).toBe('a c');
  });

  it('goes round the end of the ring', () => {
    const ring = Ring.of([member('a', [1]), member('b', [2]), member('c', [3])]);
    const placement = Placement.of(ring, { dc1: 2 });
    expect(placement.replicaSetOf(2 * 4096)).toEqual(['c', 'a']);
    expect(placement.replicaSetOf(3 * 4096)).toEqual(['a', 'b']);
  });
});

describe('placement in several data centres', () => {
  const members = [
    member('w1', [1], 'west'),
    member('w2', [2], 'west'),
    member('e1', [3], 'east'),
    member('w3', [4], 'west'),
    member('e2', [5], 'east'),
  ];

  it('keeps the copies that each of them asks for, the centre of the owner first', () => {
    expect(replicas(members, { west: 2, east: 1 })).toBe('w1 w2 e1');
    const placement = Placement.of(Ring.of(members), { west: 2, east: 1 });
    expect(placement.replicaSetOf(2 * 4096)).toEqual(['e1', 'w3', 'w1']);
    expect(placement.replicaSetOf(5 * 4096)).toEqual(['w1', 'w2', 'e1']);
  });

  it('keeps nothing in a centre that the replication does not name', () => {
    expect(replicas(members, { east: 3 })).toBe('e1 e2');
    expect(replicas(members, {})).toBe('');
    expect(replicas(members, { north: 3 })).toBe('');
  });
});

describe('a replica set', () => {
  it('is frozen, and the same array wherever it is the same', () => {
    const ring = Ring.of([member('a', [1, 3]), member('b', [2, 4])]);
    const placement = Placement.of(ring, { dc1: 2 });
    expect(placement.replicaSetOf(0)).toBe(placement.replicaSetOf(2 * 4096));
    expect(placement.replicaSetOf(0)).not.toBe(placement.replicaSetOf(1 * 4096));
    expect(Object.isFrozen(placement.replicaSetOf(0))).toBe(true);
  });
});
