import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import {
  decodeRepairJob,
  encodeRepairJob,
  type RepairJobRecord,
} from '../core/repair/repair-job-record.js';
import type { Clock } from '../env/clock.js';
import type { Logger } from '../env/log.js';
import { writeBeside, type BackgroundStore } from '../store/background-store.js';
import {
  numberOfRepairJob,
  REPAIR_JOBS,
  repairJobKey,
  seal,
  unseal,
} from '../store/system-keys.js';

export interface RepairJobStoreParts {
  readonly store: Pick<BackgroundStore, 'scan' | 'writeSystem'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A repair that is kept, and its number: later ones have higher ones. */
export interface KeptRepairJob {
  readonly number: number;
  readonly record: RepairJobRecord;
}

/** Keeps the repairs that people asked for beside the records of this node: they outlast its process. */
export class RepairJobStore {
  readonly #parts: RepairJobStoreParts;

  constructor(parts: RepairJobStoreParts) {
    this.#parts = parts;
  }

  /** All that are kept, oldest first; one that is damaged is left out. @throws KvError KV_STORE_FAILED */
  async read(): Promise<readonly KeptRepairJob[]> {
    const kept: KeptRepairJob[] = [];
    for await (const { key, value } of this.#parts.store.scan(REPAIR_JOBS)) {
      const number = numberOfRepairJob(key);
      const record = this.#recordOf(key, value);
      if (record === undefined)
        this.#parts.log.warn('a repair that was asked for is damaged: it is forgotten', { number });
      else kept.push({ number, record });
    }
    return kept;
  }

  /** Keeps one, and forgets others with the same write; resolves when that is durable. @throws KvError KV_OVERLOADED, KV_STORE_FAILED */
  async put({ number, record }: KeptRepairJob, forgotten: readonly number[] = []): Promise<void> {
    const { store, clock } = this.#parts;
    const key = repairJobKey(number);
    const operations = [
      { type: 'put', key, value: seal(key, encodeRepairJob(record)) } as const,
      ...forgotten.map((old) => ({ type: 'del', key: repairJobKey(old) }) as const),
    ];
    const deadlineMs = clock.monotonicMs() + LIMITS.backgroundSwapMs;
    const outcome = await writeBeside(store, { operations, priority: 'background', deadlineMs });
    if (outcome.kind === 'failed') throw outcome.error;
    if (outcome.kind === 'overloaded')
      throw new KvError('KV_OVERLOADED', 'the queue of this node is full');
  }

  #recordOf(key: Uint8Array, value: Uint8Array): RepairJobRecord | undefined {
    const body = unseal(key, value);
    if (body === undefined) return undefined;
    try {
      return decodeRepairJob(body);
    } catch (error) {
      if (error instanceof KvError) return undefined;
      throw error;
    }
  }
}
