import { tokensOfParts, WHOLE_SLOT, type PartRun } from '../core/repair/slot-parts.js';
import { RING_SIZE } from '../core/ring/token.js';
import { encodeDataKey } from '../core/version/data-key.js';
import type { KeyRange } from '../env/storage.js';

const NO_KEY = new Uint8Array(0);

/** A range of keys with both ends. */
export type BoundedKeys = Required<Pick<KeyRange, 'gte' | 'lt'>>;

/** The keys of all records of one slot of a namespace, or of some of its parts. */
export function slotKeys(
  namespace: number,
  slot: number,
  parts: PartRun = WHOLE_SLOT,
): BoundedKeys {
  const first = (token: number): Uint8Array =>
    token === RING_SIZE
      ? encodeDataKey({ namespace: namespace + 1, token: 0, key: NO_KEY })
      : encodeDataKey({ namespace, token, key: NO_KEY });
  const { start, end } = tokensOfParts(slot, parts);
  return { gte: first(start), lt: first(end) };
}
