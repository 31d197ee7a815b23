import { describe, expect, it } from 'vitest';
import { ringOf } from '../../../../../src/node/core/ring/ring-layout.js';
import { layoutAfter } from '../../../../../src/node/core/ring/what-if.js';
import { Prng } from '../../../../../src/stdx/prng.js';
import { layoutMember, ringLayout } from './test-layout.js';

const layout = ringLayout([
  layoutMember('n1', [0, 7000]),
  layoutMember('n2', [9000]),
  layoutMember('n3', [], { state: 'joining' }),
]);

function random(): () => number {
  const prng = Prng.named('what if');
  return () => prng.nextFloat();
}

describe('a cluster as it would be', () => {
  it('is without those that leave, and has those that join with tokens of their own', () => {
    const places = ['x', 'y'].map((name) => ({ name, host: name, rack: 'r2', dc: 'dc1' }));
    const change = { remove: ['id-n2'], add: places, vnodes: 8 };
    const after = layoutAfter(layout, change, random());
    const { members, ranges } = { members: ringOf(after).members, ranges: ringOf(after).ranges() };

    expect(members.map(({ nodeId, tokens }) => [nodeId, tokens.length])).toEqual([
      ['id-n1', 2],
      ['x', 8],
      ['y', 8],
    ]);
    expect(ranges).toHaveLength(18);
    expect(layoutAfter(layout, change, random())).toEqual(after);
    expect(layout.members).toHaveLength(3);
  });

  it('is the same when nothing changes', () => {
    const after = layoutAfter(layout, { remove: [], add: [], vnodes: 8 }, random());

    expect(ringOf(after).hash).toBe(ringOf(layout).hash);
  });
});
