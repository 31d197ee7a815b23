import { readU32be } from '../../../stdx/bytes.js';
import type { Hash64 } from '../../../stdx/hash64.js';

/** What a batch changes of one leaf. */
export interface LeafDelta {
  readonly namespace: number;
  readonly leaf: number;
  readonly hash: Hash64;
}

interface Sum extends LeafDelta {
  readonly hash: { hi: number; lo: number };
}

const GROUP_HEADER = 8;
const LEAF_BYTES = 12;

/** What one batch makes of the grid: the XOR difference of each leaf that it changes, however often. */
export class GridDelta {
  readonly #namespaces = new Map<number, Map<number, Sum>>();
  /** Mostly a batch is of one namespace. */
  #latest: { readonly namespace: number; readonly sums: Map<number, Sum> } | undefined;

  add(namespace: number, leaf: number, hash: Hash64): void {
    // What goes and what comes is the same, as in a sweep.
    if (hash.hi === 0 && hash.lo === 0) return;
    const sums = this.#sumsOf(namespace);
    const held = sums.get(leaf);
    if (held === undefined) {
      sums.set(leaf, { namespace, leaf, hash: { hi: hash.hi, lo: hash.lo } });
      return;
    }
    held.hash.hi = (held.hash.hi ^ hash.hi) >>> 0;
    held.hash.lo = (held.hash.lo ^ hash.lo) >>> 0;
    // The leaf is what it was.
    if (held.hash.hi === 0 && held.hash.lo === 0) sums.delete(leaf);
  }

  /** The leaves that it changes. */
  leaves(): LeafDelta[] {
    const all: LeafDelta[] = [];
    for (const sums of this.#namespaces.values()) for (const sum of sums.values()) all.push(sum);
    return all;
  }

  #sumsOf(namespace: number): Map<number, Sum> {
    if (this.#latest?.namespace === namespace) return this.#latest.sums;
    let sums = this.#namespaces.get(namespace);
    if (sums === undefined) {
      sums = new Map<number, Sum>();
      this.#namespaces.set(namespace, sums);
    }
    this.#latest = { namespace, sums };
    return sums;
  }
}

/**
 * The bytes of a delta: for each run of leaves of one namespace `namespace u32be | count u32be`, then as many times
 * `leaf u32be | hash u64be`.
 */
export function encodeDelta(deltas: readonly LeafDelta[]): Uint8Array {
  const bytes = new Uint8Array(groupsIn(deltas) * GROUP_HEADER + deltas.length * LEAF_BYTES);
  const view = new DataView(bytes.buffer);
  let at = 0;
  let headerAt = 0;
  let namespace: number | undefined;
  for (const delta of deltas) {
    if (delta.namespace !== namespace) {
      namespace = delta.namespace;
      headerAt = at;
      view.setUint32(at, namespace);
      at += GROUP_HEADER;
    }
    view.setUint32(at, delta.leaf);
    view.setUint32(at + 4, delta.hash.hi);
    view.setUint32(at + 8, delta.hash.lo);
    at += LEAF_BYTES;
    view.setUint32(headerAt + 4, (at - headerAt - GROUP_HEADER) / LEAF_BYTES);
  }
  return bytes;
}

function groupsIn(deltas: readonly LeafDelta[]): number {
  let groups = 0;
  let namespace: number | undefined;
  for (const delta of deltas) {
    if (delta.namespace !== namespace) groups += 1;
    namespace = delta.namespace;
  }
  return groups;
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
