import { describe, expect, it } from 'vitest';
import {
  distanceBetween,
  SLOT_COUNT,
  SLOT_SIZE,
  slotOf,
  tokenOf,
} from '../../../../../src/node/core/ring/token.js';
import { utf8Encode } from '../../../../../src/stdx/bytes.js';
import { murmur3_x86_32 } from '../../../../../src/stdx/murmur3.js';

const token = (key: string): number => tokenOf(utf8Encode(key));
const hash = (text: string): number => murmur3_x86_32(utf8Encode(text), 0);

describe('the token of a key', () => {
  it('is the Murmur3 of its bytes with seed 0', () => {
    expect(token('user:1042')).toBe(0x99426228);
    expect(tokenOf(Uint8Array.of(0xff, 0x00))).toBe(murmur3_x86_32(Uint8Array.of(0xff, 0x00), 0));
  });

  it('is that of the hash tag, so that related keys are neighbours', () => {
    expect(token('{user:1042}:name')).toBe(token('user:1042'));
    expect(token('cart:{user:1042}')).toBe(token('user:1042'));
    expect(tokenOf(Uint8Array.of(0xff, 0x7b, 0x80, 0x7d, 0xfe))).toBe(tokenOf(Uint8Array.of(0x80)));
  });

  // The examples of the Redis Cluster specification, and what they leave out.
  it.each([
    ['foo{}{bar}', 'foo{}{bar}'],
    ['foo{{bar}}zap', '{bar'],
    ['foo{bar}{zap}', 'bar'],
    ['{}', '{}'],
    ['{', '{'],
    ['}{', '}{'],
    ['a}b{c', 'a}b{c'],
    ['a}b{c}', 'c'],
    ['{a', '{a'],
  ])('of %j is the hash of %j', (key, hashed) => {
    expect(token(key)).toBe(hash(hashed));
  });
});

describe('slots', () => {
  it('divide the ring evenly', () => {
    expect(SLOT_COUNT * SLOT_SIZE).toBe(2 ** 32);
    expect(slotOf(0)).toBe(0);
    expect(slotOf(4095)).toBe(0);
    expect(slotOf(4096)).toBe(1);
    expect(slotOf(0xffff_ffff)).toBe(SLOT_COUNT - 1);
  });
});

describe('the distance between two tokens', () => {
  it('goes up and round the end, and is the whole ring from a token to itself', () => {
    expect(distanceBetween(10, 30)).toBe(20);
    expect(distanceBetween(0xffff_f000, 0x1000)).toBe(0x2000);
    expect(distanceBetween(5, 5)).toBe(2 ** 32);
  });
});
