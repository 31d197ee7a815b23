import { KvError } from '../../core/errors.js';
import { LIMITS } from '../../core/limits.js';
import { SLOT_COUNT } from '../../core/ring/token.js';
import type { NodeEnv } from '../../env/env.js';
import type { Counter } from '../../env/metrics.js';
import type { ClusterView } from '../../services.js';
import type { BackgroundStore } from '../background-store.js';
import { Pace, pause } from '../pace.js';
import { removeData } from '../clear/remove-data.js';
import { namespacesOnDisk } from './namespaces-on-disk.js';

const WHOLE_RING = { from: 0, to: SLOT_COUNT };

export interface DroppedCleanerParts {
  readonly env: Pick<NodeEnv, 'clock' | 'log' | 'metrics'>;
  readonly store: BackgroundStore;
  /** The cluster as this node knows it. */
  readonly view: () => ClusterView | undefined;
}

/**
 * Removes the records of namespaces that were dropped: those that this node has, and those that came to it late. It takes a bounded share of
 * time and of bytes, and looks again now and then.
 *
 * A namespace counts as dropped when its id is an epoch that this node has applied, and no namespace has it: an id that is newer is one that
 * this node has not heard of yet.
 */
export class DroppedCleaner {
  readonly #parts: DroppedCleanerParts;
  readonly #pace: Pace;
  readonly #abort = new AbortController();
  readonly #removed: Counter;
  #running: Promise<void> | undefined;

  constructor(parts: DroppedCleanerParts) {
    const { clock, metrics } = parts.env;
    this.#parts = parts;
    this.#pace = new Pace(clock, {
      restsPerWork: LIMITS.sweepRestsPerWork,
      bytesPerSecond: LIMITS.sweepBytesPerSecond,
    });
    this.#removed = metrics.counter({
      name: 'kv_store_dropped_records_total',
      help: 'Records removed because their namespace was dropped.',
    });
  }

  /** Removes from now on, until it is stopped. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when nothing of it is under way any more. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#parts.env;
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        await this.#look();
      } catch (error) {
        if (!(error instanceof KvError)) throw error;
        if (!this.#abort.signal.aborted)
          log.warn('records of a dropped namespace could not be removed; it is tried again', {
            error,
          });
      }
      await pause(clock, LIMITS.droppedEveryMs, signal);
    }
  }

  async #look(): Promise<void> {
    const { store } = this.#parts;
    // Looked at first: what is created meanwhile is not taken for dropped.
    const found = await namespacesOnDisk(store);
    for (const namespace of found) if (this.#isDropped(namespace)) await this.#remove(namespace);
  }

  #isDropped(id: number): boolean {
    const metadata = this.#parts.view()?.metadata;
    if (metadata === undefined || id > metadata.epoch) return false;
    return metadata.namespaces.every((namespace) => namespace.id !== id);
  }

  async #remove(namespace: number): Promise<void> {
    const { store, env } = this.#parts;
    const onRemoved = (records: number): void => {
      this.#removed.inc(records);
    };
    const parts = { store, clock: env.clock, pace: this.#pace, onRemoved };
    env.log.info('the records of a dropped namespace are removed', { namespace });
    await removeData(parts, { namespace, runs: [WHOLE_RING] }, this.#abort.signal);
  }
}
