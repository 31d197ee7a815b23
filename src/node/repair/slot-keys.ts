import { SLOT_COUNT, SLOT_SIZE } from '../core/ring/token.js';
import { encodeDataKey } from '../core/version/data-key.js';
import type { KeyRange } from '../env/storage.js';

const NO_KEY = new Uint8Array(0);

/** The keys of all records of one slot of a namespace. */
export function slotKeys(namespace: number, slot: number): Pick<KeyRange, 'gte' | 'lt'> {
  const first = (of: number): Uint8Array =>
    of === SLOT_COUNT
      ? encodeDataKey({ namespace: namespace + 1, token: 0, key: NO_KEY })
      : encodeDataKey({ namespace, token: of * SLOT_SIZE, key: NO_KEY });
  return { gte: first(slot), lt: first(slot + 1) };
}
