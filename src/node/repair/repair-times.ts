import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import { SlotMap, type SlotRun } from '../core/repair/slot-map.js';
import type { Clock } from '../env/clock.js';
import type { Logger } from '../env/log.js';
import type { BatchOperation } from '../env/storage.js';
import { writeBeside, writePatiently, type BackgroundStore } from '../store/background-store.js';
import { sealRuns, unsealRuns } from '../store/sealed-runs.js';
import { namespaceOfKey, REPAIR_TIMES, repairTimesKey } from '../store/system-keys.js';

export interface RepairTimesParts {
  readonly store: Pick<BackgroundStore, 'scan' | 'writeSystem'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Remembers durably when the slots of this node were last equal on all their owners, in ms of the time of this node: the beginning of
 * that repair, or, for a slot that was not repaired yet, when it was first known. So a node that restarts knows what is oldest.
 */
export class RepairTimes {
  readonly #parts: RepairTimesParts;
  readonly #times = new Map<number, SlotMap>();
  #recovered: Promise<void> | undefined;

  constructor(parts: RepairTimesParts) {
    this.#parts = parts;
  }

  /** Reads what earlier runs have noted, once; what is damaged counts as not known. */
  async recover(): Promise<void> {
    this.#recovered ??= this.#read();
    await this.#recovered;
  }

  /** The time of the slot that was repaired longest ago; 0 when one of them is not known. */
  oldest(namespace: number, runs: readonly SlotRun[]): number {
    const map = this.#times.get(namespace);
    if (map === undefined) return 0;
    return runs.reduce((least, run) => Math.min(least, map.lowest(run)), Infinity);
  }

  /** All owners of the slots were equal at that time; resolves when that is durable. @throws KvError KV_OVERLOADED, KV_STORE_FAILED */
  async note(namespace: number, runs: readonly SlotRun[], atMs: number): Promise<void> {
    await this.recover();
    const map = this.#mapOf(namespace);
    for (const run of runs) map.raise(run, Math.max(0, atMs));
    await this.#write(namespace);
  }

  /** Slots that are not known yet count from that time on; nothing is written when there are none. @throws as `note` */
  async begin(namespace: number, runs: readonly SlotRun[], atMs: number): Promise<void> {
    await this.recover();
    const map = this.#mapOf(namespace);
    const unknown = runs.flatMap((run) => map.within(run).filter(({ value }) => value === 0));
    if (unknown.length === 0) return;
    for (const run of unknown) map.set(run, Math.max(0, atMs));
    await this.#write(namespace);
  }

  /** Nothing is known any more of slots that lose what they hold; resolves when that is durable. @throws as `note` */
  async forget(namespace: number, runs: readonly SlotRun[]): Promise<void> {
    await this.recover();
    const map = this.#times.get(namespace);
    if (map === undefined) return;
    for (const run of runs) map.set(run, 0);
    const { store, clock } = this.#parts;
    await writePatiently(store, () => [this.#operation(namespace)], clock);
  }

  async #read(): Promise<void> {
    for await (const { key, value } of this.#parts.store.scan(REPAIR_TIMES)) {
      const namespace = namespaceOfKey(key);
      const runs = unsealRuns(key, value);
      if (runs === undefined)
        this.#parts.log.warn('the times of repair of a namespace are damaged: they begin anew', {
          namespace,
        });
      else this.#times.set(namespace, new SlotMap(runs));
    }
  }

  #mapOf(namespace: number): SlotMap {
    let map = this.#times.get(namespace);
    if (map === undefined) this.#times.set(namespace, (map = new SlotMap()));
    return map;
  }

  async #write(namespace: number): Promise<void> {
    const { store, clock } = this.#parts;
    const operations = [this.#operation(namespace)];
    const deadlineMs = clock.monotonicMs() + LIMITS.backgroundSwapMs;
    const outcome = await writeBeside(store, { operations, priority: 'background', deadlineMs });
    if (outcome.kind === 'failed') throw outcome.error;
    if (outcome.kind === 'overloaded')
      throw new KvError('KV_OVERLOADED', 'the queue of this node is full');
  }

  #operation(namespace: number): BatchOperation {
    const key = repairTimesKey(namespace);
    return { type: 'put', key, value: sealRuns(key, this.#mapOf(namespace).runs()) };
  }
}
