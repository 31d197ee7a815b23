import type { Hash64 } from '../../../stdx/hash64.js';

/** The hash of no records. */
export const NO_RECORDS: Hash64 = { hi: 0, lo: 0 };

/** The hashes of consecutive leaves: two words each, the high one first. */
export type LeafHashes = Uint32Array<ArrayBuffer>;

/** Hashes of so many leaves without records. */
export function emptyLeaves(count: number): LeafHashes {
  return new Uint32Array(2 * count);
}

/** The hash of the leaf at a place. */
export function hashAt(hashes: LeafHashes, place: number): Hash64 {
  return { hi: hashes[2 * place] ?? 0, lo: hashes[2 * place + 1] ?? 0 };
}

/** Adds records to a leaf, or takes them away again: it is the same operation. */
export function xorAt(hashes: LeafHashes, place: number, { hi, lo }: Hash64): void {
  hashes[2 * place] = (hashes[2 * place] ?? 0) ^ hi;
  hashes[2 * place + 1] = (hashes[2 * place + 1] ?? 0) ^ lo;
}

/** Adds the records of `more` to `hashes`, leaf by leaf; both have as many. */
export function xorAll(hashes: LeafHashes, more: LeafHashes): void {
  for (let i = 0; i < hashes.length; i++) hashes[i] = (hashes[i] ?? 0) ^ (more[i] ?? 0);
}

/** The hash of the records that are in one of two sets and not in the other; the same for equal sets is `NO_RECORDS`. */
export function xorOf(a: Hash64, b: Hash64): Hash64 {
  return { hi: (a.hi ^ b.hi) >>> 0, lo: (a.lo ^ b.lo) >>> 0 };
}

/** Whether two sets of records have one hash. */
export function sameHash(a: Hash64, b: Hash64): boolean {
  return a.hi === b.hi && a.lo === b.lo;
}

/**
 * The node of the Merkle tree over the leaves at [from, to): the hash of all their records.
 * It is their XOR, like a leaf's: so a tree can be cut anywhere, and what a node is asked for needs no fixed borders of inner nodes.
 */
export function foldLeaves(hashes: LeafHashes, from: number, to: number): Hash64 {
  let hi = 0;
  let lo = 0;
  for (let i = 2 * from; i < 2 * to; i += 2) {
    hi ^= hashes[i] ?? 0;
    lo ^= hashes[i + 1] ?? 0;
  }
  return { hi: hi >>> 0, lo: lo >>> 0 };
}
