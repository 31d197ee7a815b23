import { KvError } from '../../core/errors.js';
import type { KeyRange, Storage, StorageEntry } from '../../env/storage.js';
import type { ApplyOutcome, SystemWrite } from '../mutation.js';
import { dataFrom, dataOf, pageIdOfData, type PageId } from './grid-keys.js';
import type { GridPages } from './grid-pages.js';
import { PageScan } from './page-scan.js';
import { FirstPageWatch, PageWatch, type Watch } from './page-watch.js';

/** What the grid asks of the store that keeps it. */
export interface GridStore {
  atRest(run: (failed: KvError | undefined) => void): void;
  writeSystem(write: SystemWrite, done: (outcome: ApplyOutcome) => void): void;
}

export interface PageScannerParts {
  readonly storage: Storage;
  readonly store: GridStore;
  readonly pages: GridPages;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
}

/** Reads the records of pages, for the pages to be compared with them or computed from them. */
export class PageScanner {
  readonly #parts: PageScannerParts;

  constructor(parts: PageScannerParts) {
    this.#parts = parts;
  }

  /**
   * Reads all records of a page and hands the scan over, while it still sees every change; after that it sees none.
   * @throws KvError when the storage fails, or the grid stops
   */
  async scan<T>(id: PageId, use: (scan: PageScan) => Promise<T>): Promise<T> {
    const scan = new PageScan(new PageWatch(id));
    return await this.#watching(scan.watch, dataOf(id), async (entries) => {
      for await (const entry of entries) {
        this.#refuseStop();
        scan.add(entry);
      }
      return await use(scan);
    });
  }

  /** The first page from `id` on that has records, or gets some meanwhile; Infinity when there is none. `use` is told while that holds. */
  async findFrom(id: PageId, use: (first: PageId) => void): Promise<void> {
    const watch = new FirstPageWatch(id);
    await this.#watching(watch, { ...dataFrom(id), limit: 1 }, async (entries) => {
      let found: PageId = Infinity;
      for await (const { key } of entries) found = pageIdOfData(key);
      this.#refuseStop();
      use(Math.min(found, watch.first));
    });
  }

  /** Watches from the moment of the snapshot on: all that was derived before is durable then, and in it. */
  async #watching<T>(
    watch: Watch,
    range: KeyRange,
    use: (entries: AsyncIterable<StorageEntry>) => Promise<T>,
  ): Promise<T> {
    const { pages, storage, store } = this.#parts;
    this.#refuseStop();
    const entries = await new Promise<AsyncIterable<StorageEntry>>((resolve, reject) => {
      store.atRest((failed) => {
        if (failed !== undefined) {
          reject(failed);
          return;
        }
        try {
          resolve(storage.iterate(range));
          pages.watch(watch);
        } catch (error) {
          reject(asError(error));
        }
      });
    });
    try {
      return await use(entries);
    } finally {
      pages.unwatch(watch);
    }
  }

  #refuseStop(): void {
    if (this.#parts.signal.aborted) throw new KvError('KV_NOT_READY', 'The store is closing.');
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
