import type { Hash64 } from '../../../stdx/hash64.js';
import type { LeafHashes } from '../../core/grid/leaf-hashes.js';
import { KvError } from '../../core/errors.js';
import type { LeafRun } from '../../core/grid/leaf-runs.js';
import { LIMITS } from '../../core/limits.js';
import type { NodeEnv } from '../../env/env.js';
import type { BatchOperation, Storage } from '../../env/storage.js';
import type { Derivation, RecordChange } from '../record-change.js';
import { GridKeeper } from './grid-keeper.js';
import { gridMetrics } from './grid-metrics.js';
import type { GridPages } from './grid-pages.js';
import { pageIdOf } from './grid-keys.js';
import { GridReader } from './grid-reader.js';
import { recoverGrid } from './grid-recovery.js';
import { GridVerifier, type GridVerdict, type VerifiedRange } from './grid-verifier.js';
import { PageScanner, type GridStore } from './page-scanner.js';

export interface HashGridParts {
  readonly env: Pick<NodeEnv, 'clock' | 'log' | 'metrics' | 'buggify'>;
  readonly storage: Storage;
  /** Bytes of pages in memory; what the limits say when left out. */
  readonly cacheBytes?: number | undefined;
}

/**
 * The hash of the records in each slot of the ring, per namespace: kept in the batches that change them, and exactly right after any
 * crash. By it two replicas find out what differs without reading records.
 */
export class HashGrid implements Derivation {
  readonly #parts: HashGridParts;
  readonly #pages: GridPages;
  readonly #reader: GridReader;
  readonly #stopping = new AbortController();
  #scanner: PageScanner | undefined;
  #running: Promise<void> = Promise.resolve();

  private constructor(parts: HashGridParts, pages: GridPages) {
    this.#parts = parts;
    this.#pages = pages;
    this.#reader = new GridReader(pages);
  }

  /** The grid of a storage whose last batch was `last`. @throws KvError when the storage cannot be read */
  static async open(parts: HashGridParts, last: number): Promise<HashGrid> {
    const { env, storage, cacheBytes = LIMITS.gridCacheBytes } = parts;
    const startMs = env.clock.monotonicMs();
    const found = { storage, buggify: env.buggify, cacheBytes };
    const { pages, isGivenUp } = await recoverGrid(found, last);
    if (isGivenUp) env.log.warn('the hash grid is damaged, and is built anew from the records');
    gridMetrics(env.metrics, pages, (env.clock.monotonicMs() - startMs) / 1000);
    return new HashGrid(parts, pages);
  }

  /** Computes from now on, in the background, what is not known. */
  start(store: GridStore): void {
    const { env, storage } = this.#parts;
    const { signal } = this.#stopping;
    const { clock, log } = env;
    const pages = this.#pages;
    const scanner = new PageScanner({ storage, store, pages, signal });
    this.#scanner = scanner;
    this.#running = new GridKeeper({ pages, scanner, store, clock, log, signal }).run();
  }

  /** Ends the work in the background; the storage may be closed then. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** Whether all leaves are known. */
  isComplete(): boolean {
    return this.#pages.next === Infinity && this.#pages.unknownPages === 0;
  }

  /** The hashes of leaves in their order, with all that was acknowledged before; undefined while some are not known. */
  async leaves(namespace: number, runs: readonly LeafRun[]): Promise<LeafHashes | undefined> {
    return await this.#reader.leaves(namespace, runs);
  }

  /** The hash of all records in the leaves, with all that was acknowledged before; undefined while some are not known. */
  async root(namespace: number, runs: readonly LeafRun[]): Promise<Hash64 | undefined> {
    return await this.#reader.root(namespace, runs);
  }

  /** The roots of pieces of a range, as `splitRuns` cuts it; undefined while some leaves are not known. */
  async roots(
    namespace: number,
    pieces: readonly (readonly LeafRun[])[],
  ): Promise<readonly Hash64[] | undefined> {
    const roots: Hash64[] = [];
    for (const piece of pieces) {
      const root = await this.#reader.root(namespace, piece);
      if (root === undefined) return undefined;
      roots.push(root);
    }
    return roots;
  }

  /** Compares leaves with their records, all or those of a range. @throws KvError when the storage fails, or the grid stops */
  async verify(range?: VerifiedRange): Promise<GridVerdict> {
    const { env, storage } = this.#parts;
    const scanner = this.#scanner;
    if (scanner === undefined) throw notStarted();
    const { signal } = this.#stopping;
    const parts = { pages: this.#pages, scanner, storage, clock: env.clock, signal };
    return await new GridVerifier(parts).verify(range);
  }

  /** Has the pages of these leaves computed from their records again; until then they are not known. */
  recompute(leaves: readonly { readonly namespace: number; readonly leaf: number }[]): void {
    for (const { namespace, leaf } of leaves) this.#pages.lose(pageIdOf(namespace, leaf));
  }

  derive(changes: readonly RecordChange[], sequence: number): readonly BatchOperation[] {
    return this.#pages.derive(changes, sequence);
  }

  ride(sequence: number): readonly BatchOperation[] {
    return this.#pages.ride(sequence);
  }
}

function notStarted(): KvError {
  return new KvError('KV_NOT_READY', 'The store has not been opened yet.');
}
