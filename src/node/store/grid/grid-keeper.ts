import { Deferred } from '../../../stdx/deferred.js';
import { KvError } from '../../core/errors.js';
import { LIMITS } from '../../core/limits.js';
import type { Clock } from '../../env/clock.js';
import type { Logger } from '../../env/log.js';
import type { ApplyOutcome } from '../mutation.js';
import { pause } from '../pace.js';
import type { PageId } from './grid-keys.js';
import type { GridPages } from './grid-pages.js';
import type { GridStore, PageScanner } from './page-scanner.js';

export interface GridKeeperParts {
  readonly pages: GridPages;
  readonly scanner: PageScanner;
  readonly store: GridStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Computes the pages that are not known from their records, one after the other, and rests for as long as it works. */
export class GridKeeper {
  readonly #parts: GridKeeperParts;
  #woken = new Deferred<void>();

  constructor(parts: GridKeeperParts) {
    this.#parts = parts;
  }

  /** Works until the signal; never rejects for what a store may fail with. */
  async run(): Promise<void> {
    const { clock, pages, signal } = this.#parts;
    const wake = (): void => {
      this.#woken.resolve();
    };
    pages.onUnknown(wake);
    signal.addEventListener('abort', wake, { once: true });
    while (!signal.aborted) await pause(clock, await this.#work(), signal);
  }

  /** Gives how long to rest. */
  async #work(): Promise<number> {
    const { clock, log, signal } = this.#parts;
    const startMs = clock.monotonicMs();
    try {
      if (await this.#step()) return Math.max(1, clock.monotonicMs() - startMs);
      await this.#sleep();
      return 0;
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      if (!signal.aborted) log.warn('a part of the hash grid cannot be computed yet', { error });
      return LIMITS.gridAgainMs;
    }
  }

  async #sleep(): Promise<void> {
    const { pages, signal } = this.#parts;
    if (signal.aborted || pages.firstUnknown() !== undefined) return;
    await this.#woken.promise;
    this.#woken = new Deferred<void>();
  }

  /** False when there is nothing to do. */
  async #step(): Promise<boolean> {
    const { log, pages, scanner } = this.#parts;
    const lost = pages.firstUnknown();
    if (lost !== undefined) {
      await this.#compute(lost);
      return true;
    }
    if (pages.next === Infinity) return false;
    await scanner.findFrom(pages.next, (first) => {
      pages.advance(first);
    });
    if (pages.next !== Infinity) await this.#compute(pages.next);
    else {
      await this.#write();
      log.info('the hash grid is complete');
    }
    return true;
  }

  /** Computes a page; the batch that carries it makes it known. */
  async #compute(id: PageId): Promise<void> {
    const { pages, scanner } = this.#parts;
    await scanner.scan(id, async (scan) => {
      pages.offer(scan);
      try {
        await this.#write();
      } finally {
        pages.withdraw();
      }
    });
    if (!pages.isKnown(id)) throw new KvError('KV_NOT_READY', 'Records of it change and rot.');
  }

  /** Has a batch written, whatever is in it. */
  async #write(): Promise<void> {
    const outcome = await new Promise<ApplyOutcome>((resolve) => {
      this.#parts.store.writeSystem({ operations: [], priority: 'background' }, resolve);
    });
    if (outcome.kind === 'failed') throw outcome.error;
    if (outcome.kind === 'overloaded')
      throw new KvError('KV_OVERLOADED', 'The queue of the store is full.');
  }
}
