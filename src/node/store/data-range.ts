import { RING_SIZE, SLOT_SIZE } from '../core/ring/token.js';
import type { SlotRun } from '../core/repair/slot-map.js';
import { encodeDataKey } from '../core/version/data-key.js';
import type { KeyRange } from '../env/storage.js';

const NO_KEY = new Uint8Array(0);

/** Below the data keys of a token and those after it, above all before it; the end of the ring is a token here. */
export function dataBound(namespace: number, token: number): Uint8Array {
  return token === RING_SIZE
    ? encodeDataKey({ namespace: namespace + 1, token: 0, key: NO_KEY })
    : encodeDataKey({ namespace, token, key: NO_KEY });
}

/** The keys of all records of a run of slots. */
export function dataOfSlots(
  namespace: number,
  { from, to }: SlotRun,
): Pick<KeyRange, 'gte' | 'lt'> {
  return {
    gte: dataBound(namespace, from * SLOT_SIZE),
    lt: dataBound(namespace, to * SLOT_SIZE),
  };
}
