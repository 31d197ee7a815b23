import { LIMITS } from '../../core/limits.js';
import type { Buggify } from '../../env/buggify.js';
import type { RecordChange } from '../record-change.js';
import type { DeltaLog } from './delta-log.js';
import type { PageCache } from './page-cache.js';

/** A page with its key and its sums, on the disk and in memory alike. */
const PAGE_BYTES = 4096;

/**
 * How many pages a batch may carry: few, so that they cost little of what records cost, and as many as are needed so that the cache
 * keeps its bound and a recovery has not much to replay.
 */
export class WriteBudget {
  readonly #cache: PageCache;
  readonly #log: DeltaLog;
  readonly #buggify: Buggify;
  #creditBytes = 0;

  constructor(cache: PageCache, log: DeltaLog, buggify: Buggify) {
    this.#cache = cache;
    this.#log = log;
    this.#buggify = buggify;
  }

  /** A record was written, or removed. */
  spent({ dataKey, after }: RecordChange): void {
    const sizeBytes = dataKey.length + (after?.encoded.length ?? 0);
    this.#creditBytes += sizeBytes / LIMITS.gridRecordBytesPerPageByte;
  }

  /** Pages that the batch may carry that is made now. */
  pages(): number {
    const most = LIMITS.gridPagesPerBatch;
    const earned = Math.min(most, Math.floor(this.#creditBytes / PAGE_BYTES));
    this.#creditBytes = Math.min(most * PAGE_BYTES, this.#creditBytes) - earned * PAGE_BYTES;
    const early = this.#buggify('grid.early-page') ? 1 : 0;
    return Math.max(earned + early, this.#owed());
  }

  /** Clean pages to be forgotten though there is room. */
  forgotten(): number {
    return this.#buggify('grid.forgotten-page') ? 4 : 0;
  }

  /** What must be written whatever it costs. */
  #owed(): number {
    const { count, sizeBytes } = this.#log;
    const backlog = Math.max(count / LIMITS.gridDeltas, sizeBytes / LIMITS.gridDeltaBytes);
    const behind = backlog < 1 ? 0 : backlog < 2 ? 8 : 64;
    const beyond = Math.ceil(this.#cache.excessBytes / PAGE_BYTES);
    return Math.max(behind, Math.min(beyond, LIMITS.gridPagesPerFullBatch));
  }
}
