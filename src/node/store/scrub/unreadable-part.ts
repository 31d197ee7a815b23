import { SLOT_COUNT, SLOT_SIZE, slotOf } from '../../core/ring/token.js';
import type { SlotRun } from '../../core/repair/slot-map.js';
import { DATA_KEY_HEADER, DATA_KEYS, decodeDataKey } from '../../core/version/data-key.js';
import { StoreDamage } from '../../env/store-damage.js';
import { takeEntries, type BackgroundStore } from '../background-store.js';
import { dataBound } from '../data-range.js';

/** Slots of all namespaces in one row, and the last of them. */
const LAST_PLACE = 0xffff_ffff * SLOT_COUNT;

/** A part of the store that cannot be read. */
export interface UnreadablePart {
  /** The slots in which it lies. */
  readonly slots: readonly (SlotRun & { readonly namespace: number })[];
  /** The first key after it from which on it can be read again; undefined when there is none. */
  readonly next: Uint8Array | undefined;
}

/**
 * How far the part reaches that begins at a key. It is searched for in steps that double: what can be read between two such parts
 * may be taken for a part of them. @throws KvError
 */
export async function unreadablePart(
  store: Pick<BackgroundStore, 'scan'>,
  from: Uint8Array,
): Promise<UnreadablePart> {
  const first = placeOf(from);
  let [low, step] = [first, 1];
  while (low + step < LAST_PLACE && !(await isReadable(store, low + step))) {
    low += step;
    step *= 2;
  }
  let high = Math.min(low + step, LAST_PLACE);
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (await isReadable(store, middle)) high = middle;
    else low = middle;
  }
  return { slots: slotsBetween(first, high), next: high === LAST_PLACE ? undefined : keyOf(high) };
}

async function isReadable(store: Pick<BackgroundStore, 'scan'>, place: number): Promise<boolean> {
  try {
    await takeEntries(store, { ...DATA_KEYS, gte: keyOf(place), limit: 1 });
    return true;
  } catch (error) {
    if (error instanceof StoreDamage) return false;
    throw error;
  }
}

/** No range covers more namespaces than the first and the last: those between have no records, or are lost with them. */
function slotsBetween(first: number, end: number): UnreadablePart['slots'] {
  const namespace = Math.floor(first / SLOT_COUNT);
  const last = Math.floor((end - 1) / SLOT_COUNT);
  const from = first % SLOT_COUNT;
  const to = end - last * SLOT_COUNT;
  if (namespace === last) return [{ namespace, from, to }];
  return [
    { namespace, from, to: SLOT_COUNT },
    { namespace: last, from: 0, to },
  ];
}

function placeOf(key: Uint8Array): number {
  if (key.length < DATA_KEY_HEADER) return 0;
  const { namespace, token } = decodeDataKey(key);
  return namespace * SLOT_COUNT + slotOf(token);
}

function keyOf(place: number): Uint8Array {
  return dataBound(Math.floor(place / SLOT_COUNT), (place % SLOT_COUNT) * SLOT_SIZE);
}
