import type { SlotRun } from '../../core/repair/slot-map.js';
import { takeEntries, type BackgroundStore } from '../background-store.js';
import { dataOfSlots } from '../data-range.js';
import type { StoreFloors } from '../floors.js';
import { endWhenCutOff } from './cut-off.js';
import { removeData, type RemovalOrder, type RemovalParts } from './remove-data.js';

export interface RangeClearParts extends RemovalParts {
  readonly store: BackgroundStore & { readonly floors: Pick<StoreFloors, 'within' | 'forget'> };
  /** Forgets durably when slots were repaired. */
  readonly forgetTimes: (namespace: number, runs: readonly SlotRun[]) => Promise<void>;
}

/**
 * Makes slots as if this store had never held anything of them, durably, and says how many records went. The floors go first: a slot that has
 * lost records below its floor would take them for old news when they are brought back, and a crash must not leave one.
 * @throws KvError KV_NOT_READY when the signal comes first, what the order refuses with, KV_STORE_FAILED, KV_OVERLOADED
 */
export async function clearRanges(
  parts: RangeClearParts,
  order: RemovalOrder,
  signal: AbortSignal,
): Promise<number> {
  const { namespace, runs } = order;
  endWhenCutOff(signal);
  await parts.store.floors.forget(namespace, runs);
  endWhenCutOff(signal);
  await parts.forgetTimes(namespace, runs);
  return await removeData(parts, order, signal);
}

/** Whether the store holds a record of some slots, or takes a part of what is older for known: a look at the disk per run. @throws KvError KV_STORE_FAILED */
export async function holdsAnything(
  store: Pick<RangeClearParts['store'], 'scan' | 'floors'>,
  namespace: number,
  runs: readonly SlotRun[],
): Promise<boolean> {
  for (const run of runs) {
    if (store.floors.within(namespace, run).some(({ value }) => value > 0)) return true;
    const entries = await takeEntries(store, { ...dataOfSlots(namespace, run), limit: 1 });
    if (entries.length > 0) return true;
  }
  return false;
}
