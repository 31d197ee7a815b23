import { SLOT_COUNT, slotOf, type Token } from '../ring/token.js';

/**
 * Leaves of a namespace: one per slot of the ring, so that every vnode's range is whole leaves. A namespace that needs a finer grid
 * would have a multiple of it, up to 2^28: everything that names a leaf has room for that.
 */
export const LEAF_COUNT = SLOT_COUNT;

/** Leaves that are kept together: 4 KiB of hashes, what a disk reads at once anyway. */
export const PAGE_LEAVES = 512;

/** Pages of a namespace. */
export const PAGE_COUNT = LEAF_COUNT / PAGE_LEAVES;

/** The leaf that counts the records of a token. */
export function leafOf(token: Token): number {
  return slotOf(token);
}
