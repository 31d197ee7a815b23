import { describe, expect, it } from 'vitest';
import { Ring } from '../../../../../src/node/core/ring/ring.js';
import { AssertionFailure } from '../../../../../src/stdx/assert.js';
import { member } from './members.js';

const SLOT = 4096;
const three = [member('b', [20, 50]), member('a', [10, 40]), member('c', [30])];

describe('a ring', () => {
  const ring = Ring.of(three);
  const ownerOf = (token: number): string => ring.members[ring.ownerIndexOf(token)]!.nodeId;

  it('gives a token to the first token strictly greater', () => {
    expect(ownerOf(10 * SLOT - 1)).toBe('a');
    expect(ownerOf(10 * SLOT)).toBe('b');
    expect(ownerOf(20 * SLOT)).toBe('c');
    expect(ownerOf(30 * SLOT)).toBe('a');
    expect(ownerOf(49 * SLOT)).toBe('b');
  });

  it('goes round its end', () => {
    expect(ownerOf(50 * SLOT)).toBe('a');
    expect(ownerOf(0xffff_ffff)).toBe('a');
    expect(ownerOf(0)).toBe('a');
    expect(ring.rangeOf(0)).toEqual({ index: 4, start: 50 * SLOT, end: 10 * SLOT });
  });

  it('lists its ranges in the order of their starts, the last one wrapping', () => {
    expect(ring.size).toBe(5);
    expect(ring.ranges().map(({ start, end }) => [start / SLOT, end / SLOT])).toEqual([
      [10, 20],
      [20, 30],
      [30, 40],
      [40, 50],
      [50, 10],
    ]);
    for (const range of ring.ranges()) {
      expect(ring.rangeOf(range.start)).toEqual(range);
      expect(ownerOf(range.start)).toBe(ring.members[ring.ownerOfRange(range.index)]!.nodeId);
    }
  });

  it('of a single token is one range that is everything', () => {
    const single = Ring.of([member('a', [7])]);
    expect(single.ranges()).toEqual([{ index: 0, start: 7 * SLOT, end: 7 * SLOT }]);
    expect(single.ownerIndexOf(0)).toBe(0);
    expect(single.ownerIndexOf(7 * SLOT)).toBe(0);
  });

  it('may have tokens at both ends of the token space', () => {
    const whole = Ring.of([member('a', [0]), member('b', [2 ** 20 - 1])]);
    expect(whole.ownerIndexOf(0)).toBe(1);
    expect(whole.ownerIndexOf(0xffff_f000)).toBe(0);
    expect(whole.ownerIndexOf(0xffff_ffff)).toBe(0);
  });

  it('cannot be asked without tokens', () => {
    expect(Ring.of([]).size).toBe(0);
    expect(Ring.of([]).ranges()).toEqual([]);
    expect(() => Ring.of([member('a', [])]).ownerIndexOf(1)).toThrow(AssertionFailure);
  });

  it('refuses what cannot be a ring', () => {
    expect(() => Ring.of([member('a', [1]), member('b', [1])])).toThrow('one owner');
    expect(() => Ring.of([member('a', [1]), member('a', [2])])).toThrow('occurs once');
    expect(() => Ring.of([{ ...member('a', []), tokens: [4097] }])).toThrow('multiples');
  });
});

describe('the hash of a ring', () => {
  it('is eight hex digits that do not depend on the order of members', () => {
    const hash = Ring.of(three).hash;
    expect(hash).toMatch(/^[0-9a-f]{8}$/);
    expect(Ring.of(three.toReversed()).hash).toBe(hash);
  });

  it('changes with any token, place or name', () => {
    const variants = [
      three,
      [member('b', [20, 51]), member('a', [10, 40]), member('c', [30])],
      [member('b', [10, 40]), member('a', [20, 50]), member('c', [30])],
      [member('b', [20, 50], 'dc2'), member('a', [10, 40]), member('c', [30])],
      [member('b', [20, 50], 'dc1/r2'), member('a', [10, 40]), member('c', [30])],
      [member('b', [20, 50], 'dc1/r1/h'), member('a', [10, 40]), member('c', [30])],
      [...three, member('d', [])],
    ];
    expect(new Set(variants.map((members) => Ring.of(members).hash)).size).toBe(variants.length);
  });

  it('stays what it is, for nodes of two versions must agree on it', () => {
    expect(Ring.of(three).hash).toMatchInlineSnapshot(`"6972d1b6"`);
  });
});
