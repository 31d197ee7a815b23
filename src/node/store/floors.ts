import { SlotMap, type SlotRun, type ValuedRun } from '../core/repair/slot-map.js';
import { slotOf } from '../core/ring/token.js';
import { decodeDataKey } from '../core/version/data-key.js';
import type { BatchOperation, Storage } from '../env/storage.js';
import { sealRuns, unsealRuns } from './sealed-runs.js';
import { FLOORS, floorKey, namespaceOfKey } from './system-keys.js';

/**
 * Makes durable what it is given when it asks, which may be more than once; resolves when it is.
 * @throws KvError KV_STORE_FAILED, KV_OVERLOADED, KV_NOT_READY
 */
type WriteFloors = (operationsNow: () => readonly BatchOperation[]) => Promise<void>;

/**
 * How far the slots of a shard are complete, in ms of stamps, per namespace: whatever was written or deleted up to a floor, this
 * replica has, all owners of the slot have confirmed it, and tombstones of that age may go. What arrives of that age is no news.
 * 0, for a slot that is new, rebuilt or was found rotten, is always safe: then nothing is taken for old.
 */
export class StoreFloors {
  readonly #floors: Map<number, SlotMap>;
  #write: WriteFloors | undefined;

  private constructor(floors: Map<number, SlotMap>) {
    this.#floors = floors;
  }

  /** What is on the disk; floors that are damaged are 0 again. */
  static async read(storage: Storage, onDamage: (namespace: number) => void): Promise<StoreFloors> {
    const floors = new Map<number, SlotMap>();
    for await (const { key, value } of storage.iterate(FLOORS)) {
      const namespace = namespaceOfKey(key);
      const runs = unsealRuns(key, value);
      if (runs === undefined) onDamage(namespace);
      else floors.set(namespace, new SlotMap(runs));
    }
    return new StoreFloors(floors);
  }

  /** Called once, when the writer is there. */
  writeWith(write: WriteFloors): void {
    this.#write = write;
  }

  /** The floor of the slot in which a data key lies. */
  ofKey(dataKey: Uint8Array): number {
    if (this.#floors.size === 0) return 0;
    const { namespace, token } = decodeDataKey(dataKey);
    return this.#floors.get(namespace)?.at(slotOf(token)) ?? 0;
  }

  /** The floors of a run of slots, zeros included. */
  within(namespace: number, run: SlotRun): readonly ValuedRun[] {
    return this.#floors.get(namespace)?.within(run) ?? [{ ...run, value: 0 }];
  }

  /** Lifts floors; resolves when that is durable, and only then tombstones may go. @throws as the writer */
  async raise(namespace: number, runs: readonly SlotRun[], floorMs: number): Promise<void> {
    const map = this.#mapOf(namespace);
    for (const run of runs) map.raise(run, floorMs);
    await this.#store(namespace);
  }

  /** A slot is not complete any more. It counts at once; @throws as the writer when it cannot be made durable */
  async reset(namespace: number, slot: number): Promise<void> {
    const map = this.#floors.get(namespace);
    if (map === undefined || map.at(slot) === 0) return;
    map.set({ from: slot, to: slot + 1 }, 0);
    await this.#store(namespace);
  }

  /** The same for a run of slots. */
  async resetRun(namespace: number, run: SlotRun): Promise<void> {
    const map = this.#floors.get(namespace);
    if (map === undefined || map.within(run).every(({ value }) => value === 0)) return;
    map.set(run, 0);
    await this.#store(namespace);
  }

  /**
   * The slots are about to lose what they hold. It counts at once; when it resolves the floors are 0 on the disk too, also when that could
   * not be written before. @throws as the writer
   */
  async forget(namespace: number, runs: readonly SlotRun[]): Promise<void> {
    const map = this.#floors.get(namespace);
    if (map === undefined) return;
    for (const run of runs) map.set(run, 0);
    await this.#store(namespace);
  }

  #mapOf(namespace: number): SlotMap {
    let map = this.#floors.get(namespace);
    if (map === undefined) this.#floors.set(namespace, (map = new SlotMap()));
    return map;
  }

  async #store(namespace: number): Promise<void> {
    const key = floorKey(namespace);
    await this.#write?.(() => [
      { type: 'put', key, value: sealRuns(key, this.#mapOf(namespace).runs()) },
    ]);
  }
}
