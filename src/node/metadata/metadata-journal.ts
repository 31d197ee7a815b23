import { Semaphore, SemaphoreFull } from '../../stdx/semaphore.js';
import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { VoterState } from '../core/metadata/voter.js';
import type { Buggify } from '../env/buggify.js';
import type { Clock } from '../env/clock.js';
import type { Storage } from '../env/storage.js';
import { changesBetween } from './metadata-store.js';

/** A write that is delayed on purpose; a ballot waits longer, until the third in a row. */
const SLOW_PERSIST_MS = 200;

export interface JournalOptions {
  readonly clock: Clock;
  readonly buggify: Buggify;
  readonly storage: Storage;
  /** What `loadMetadata` found. */
  readonly stored: VoterState;
  /** A write failed: what is on the disk is unknown, so nothing may be promised any more. */
  readonly onFailed: (error: KvError) => void;
}

/** The next state, and what the caller is told once it is durable. */
export interface JournalStep<T> {
  readonly state: VoterState;
  readonly result: T;
}

/** The voter state, changed by one caller at a time, and durable before any caller hears of a change. */
export class MetadataJournal {
  readonly #options: JournalOptions;
  readonly #turn = new Semaphore({ permits: 1, maxWaiting: LIMITS.metadataWaiting });
  #state: VoterState;
  #failed: KvError | undefined;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#state = options.stored;
  }

  /** The newest durable state. */
  state(): VoterState {
    return this.#state;
  }

  /**
   * Replaces the state by what `change` makes of it, and resolves when that is durable.
   * @throws KvError KV_STORE_FAILED now and from now on, KV_OVERLOADED, or what `change` throws
   */
  async update<T>(change: (state: VoterState) => JournalStep<T>): Promise<T> {
    await this.#takeTurn();
    try {
      if (this.#failed !== undefined) throw this.#failed;
      const { state, result } = change(this.#state);
      await this.#persist(state);
      this.#state = state;
      return result;
    } finally {
      this.#turn.release();
    }
  }

  async #persist(state: VoterState): Promise<void> {
    const batch = changesBetween(this.#state, state);
    if (batch.length === 0) return;
    const { storage, clock, buggify } = this.#options;
    try {
      if (buggify('metadata.slow-persist'))
        await new Promise<void>((resolve) => {
          clock.after(SLOW_PERSIST_MS, resolve);
        });
      await storage.write(batch, { sync: true });
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      this.#failed = new KvError(
        'KV_STORE_FAILED',
        `the metadata log cannot be written: ${error.message}`,
        { cause: error },
      );
      this.#options.onFailed(this.#failed);
      throw this.#failed;
    }
  }

  async #takeTurn(): Promise<void> {
    try {
      await this.#turn.acquire();
    } catch (error) {
      if (!(error instanceof SemaphoreFull)) throw error;
      throw new KvError('KV_OVERLOADED', 'too many metadata requests wait for the disk', {
        cause: error,
      });
    }
  }
}
