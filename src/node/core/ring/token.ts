import { murmur3_x86_32 } from '../../../stdx/murmur3.js';

/** A point on the ring: an unsigned 32-bit number. */
export type Token = number;

/** The number of tokens: the ring wraps here. */
export const RING_SIZE = 0x1_0000_0000;

/** Tokens of nodes are multiples of this, so that each slot lies in exactly one range. */
export const SLOT_SIZE = 4096;

export const SLOT_COUNT = RING_SIZE / SLOT_SIZE;

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** The token of a key: the Murmur3 of its bytes, or of its hash tag alone, so that keys with one tag share their replicas. */
export function tokenOf(key: Uint8Array): Token {
  return murmur3_x86_32(hashTagOf(key) ?? key, 0);
}

/** The slot that a token lies in. */
export function slotOf(token: Token): number {
  return token >>> 12;
}

/** How many tokens lie in [start, end), which may wrap; all of them when both are the same. */
export function distanceBetween(start: Token, end: Token): number {
  const distance = end - start;
  return distance > 0 ? distance : distance + RING_SIZE;
}

/**
 * What stands between the first `{` and the first `}` after it, unless that is nothing: the rule of Redis Cluster,
 * so `{user:1}:name` has one and `{}x`, `a}{b` and `{{` have none.
 */
function hashTagOf(key: Uint8Array): Uint8Array | undefined {
  const open = key.indexOf(OPEN_BRACE);
  if (open < 0) return undefined;
  const close = key.indexOf(CLOSE_BRACE, open + 1);
  return close > open + 1 ? key.subarray(open + 1, close) : undefined;
}
