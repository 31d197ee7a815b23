import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { RepairJobRecord } from '../core/repair/repair-job-record.js';
import type { Clock, Timer } from '../env/clock.js';
import type { Logger } from '../env/log.js';
import type { RepairJobStore } from './repair-job-store.js';

export interface JobKeeperParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly kept: RepairJobStore;
}

/** Sees to it that what is kept of a repair on the disk is at most a few seconds old, and is not written more often than that. */
export class JobKeeper {
  readonly #parts: JobKeeperParts;
  readonly #number: number;
  readonly #record: () => RepairJobRecord;
  #keptMs: number;
  #timer: Timer | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isOwed = false;

  constructor(parts: JobKeeperParts, number: number, record: () => RepairJobRecord) {
    this.#parts = parts;
    this.#number = number;
    this.#record = record;
    this.#keptMs = parts.clock.monotonicMs();
  }

  /** Whether the last write was in vain, or is under way. */
  get isOwed(): boolean {
    return this.#isOwed;
  }

  /** Writes how far the repair is, in a few seconds at most. */
  soon(): void {
    if (this.#timer !== undefined) return;
    const { clock } = this.#parts;
    const dueMs = this.#keptMs + LIMITS.repairJobKeepMs - clock.monotonicMs();
    this.#timer = clock.after(Math.max(0, dueMs), () => {
      this.#timer = undefined;
      this.#writing = this.#writing.then(() => this.tryNow());
    });
  }

  /** Writes it, and forgets others with the same write; resolves when that is durable. @throws KvError KV_OVERLOADED, KV_STORE_FAILED */
  async now(forgotten: readonly number[] = []): Promise<void> {
    const { clock, kept } = this.#parts;
    this.#keptMs = clock.monotonicMs();
    this.#isOwed = true;
    await kept.put({ number: this.#number, record: this.#record() }, forgotten);
    this.#isOwed = false;
  }

  /** Writes it if that can be done now. */
  async tryNow(): Promise<void> {
    try {
      await this.now();
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      const fields = { repair: this.#record().id, error };
      this.#parts.log.warn('a repair that was asked for cannot be kept up to date', fields);
    }
  }

  /** Writes the last that there is to write, if that can be done. */
  async end(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#writing;
    await this.tryNow();
  }
}
