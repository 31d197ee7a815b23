import { readU32be, writeU32be } from '../../../stdx/bytes.js';
import type { Hash64 } from '../../../stdx/hash64.js';

/** What a batch changes of one leaf. */
export interface LeafDelta {
  readonly namespace: number;
  readonly leaf: number;
  readonly hash: Hash64;
}

const GROUP_HEADER = 8;
const LEAF_BYTES = 12;

/** What one batch makes of the grid: the XOR difference of each leaf that it changes, however often. */
export class GridDelta {
  readonly #leaves = new Map<number, Map<number, { hi: number; lo: number }>>();

  add(namespace: number, leaf: number, hash: Hash64): void {
    // What goes and what comes is the same, as in a sweep.
    if (hash.hi === 0 && hash.lo === 0) return;
    let leaves = this.#leaves.get(namespace);
    if (leaves === undefined) {
      leaves = new Map<number, { hi: number; lo: number }>();
      this.#leaves.set(namespace, leaves);
    }
    const held = leaves.get(leaf);
    if (held === undefined) {
      leaves.set(leaf, { hi: hash.hi, lo: hash.lo });
      return;
    }
    held.hi = (held.hi ^ hash.hi) >>> 0;
    held.lo = (held.lo ^ hash.lo) >>> 0;
    // The leaf is what it was.
    if (held.hi === 0 && held.lo === 0) leaves.delete(leaf);
  }

  /** The leaves that it changes. */
  leaves(): readonly LeafDelta[] {
    const all: LeafDelta[] = [];
    for (const [namespace, leaves] of this.#leaves)
      for (const [leaf, hash] of leaves) all.push({ namespace, leaf, hash });
    return all;
  }
}

/**
 * The bytes of a delta: for each run of leaves of one namespace `namespace u32be | count u32be`, then as many times
 * `leaf u32be | hash u64be`.
 */
export function encodeDelta(deltas: readonly LeafDelta[]): Uint8Array {
  const starts = deltas.filter((delta, i) => delta.namespace !== deltas[i - 1]?.namespace).length;
  const bytes = new Uint8Array(starts * GROUP_HEADER + deltas.length * LEAF_BYTES);
  let at = 0;
  let headerAt = 0;
  let count = 0;
  for (const [i, { namespace, leaf, hash }] of deltas.entries()) {
    if (namespace !== deltas[i - 1]?.namespace) {
      headerAt = at;
      count = 0;
      writeU32be(bytes, at, namespace);
      at += GROUP_HEADER;
    }
    count += 1;
    writeU32be(bytes, headerAt + 4, count);
    writeU32be(bytes, at, leaf);
    writeU32be(bytes, at + 4, hash.hi);
    writeU32be(bytes, at + 8, hash.lo);
    at += LEAF_BYTES;
  }
  return bytes;
}

/** What `encodeDelta` was given, in its order; undefined when the bytes are no delta. */
export function decodeDelta(bytes: Uint8Array): readonly LeafDelta[] | undefined {
  const deltas: LeafDelta[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (at + GROUP_HEADER > bytes.length) return undefined;
    const namespace = readU32be(bytes, at);
    const count = readU32be(bytes, at + 4);
    at += GROUP_HEADER;
    if (at + count * LEAF_BYTES > bytes.length) return undefined;
    for (const end = at + count * LEAF_BYTES; at < end; at += LEAF_BYTES) {
      const hash = { hi: readU32be(bytes, at + 4), lo: readU32be(bytes, at + 8) };
      deltas.push({ namespace, leaf: readU32be(bytes, at), hash });
    }
  }
  return deltas;
}
