import { GridDelta, encodeDelta, type LeafDelta } from '../../core/grid/grid-delta.js';
import { encodePage } from '../../core/grid/grid-page.js';
import { itemHash } from '../../core/grid/item-hash.js';
import { NO_RECORDS, xorOf } from '../../core/grid/leaf-hashes.js';
import { leafOf, PAGE_LEAVES } from '../../core/grid/leaf.js';
import { namespaceOfData, tokenOfData } from '../../core/version/data-key.js';
import type { Buggify } from '../../env/buggify.js';
import type { BatchOperation, Storage } from '../../env/storage.js';
import type { Hash64 } from '../../../stdx/hash64.js';
import type { Derivation, RecordChange } from '../record-change.js';
import { seal } from '../system-keys.js';
import { DeltaLog } from './delta-log.js';
import * as keys from './grid-keys.js';
import type { PageId } from './grid-keys.js';
import { stateOperation, type GridState } from './grid-state.js';
import { PageCache, type CachedPage } from './page-cache.js';
import { PageLoader } from './page-loader.js';
import type { PageScan } from './page-scan.js';
import type { Watch } from './page-watch.js';
import { WriteBudget } from './write-budget.js';

export interface GridPagesParts {
  readonly storage: Storage;
  readonly buggify: Buggify;
  readonly cacheBytes: number;
}

/** What is on the disk of the grid beside its pages and deltas. */
export interface FoundGrid {
  readonly state: GridState;
  /** Whether the state must be written with the next batch. */
  readonly isNew: boolean;
  /** Pages before `state.next` that must be computed again. */
  readonly unknown: readonly PageId[];
}

/**
 * The pages of the grid, kept equal to the records: each batch that changes records carries one delta, and now and then pages with
 * all their changes up to it. What the pages on the disk lack is in the deltas that are left.
 *
 * A page is known, or it must be computed from its records: because it was never built, was damaged, or lost count when a corrupt copy
 * was replaced. What changes in a page that is not known is in no delta: the records have it, and the page is computed from them.
 */
export class GridPages implements Derivation {
  readonly cache: PageCache;
  readonly loader: PageLoader;
  readonly log = new DeltaLog();
  readonly #budget: WriteBudget;
  readonly #since: number;
  readonly #unknown: Set<PageId>;
  readonly #watches = new Set<Watch>();
  #next: PageId;
  #tellsState: boolean;
  /** Marks that no batch carries yet. */
  #unmarked: PageId[] = [];
  #offer: PageScan | undefined;
  #onUnknown: (() => void) | undefined;

  constructor(parts: GridPagesParts, { state, isNew, unknown }: FoundGrid) {
    this.cache = new PageCache(parts.cacheBytes);
    this.#since = state.since;
    this.#next = state.next;
    this.#tellsState = isNew;
    this.#unknown = new Set(unknown);
    this.loader = new PageLoader({
      storage: parts.storage,
      cache: this.cache,
      since: state.since,
      onDamaged: (id) => {
        this.lose(id);
      },
    });
    this.#budget = new WriteBudget(this.cache, this.log, parts.buggify);
  }

  /** Pages that must be computed again, of those that were built. */
  get unknownPages(): number {
    return this.#unknown.size;
  }

  /** The first page that is not built yet; Infinity when all are. */
  get next(): PageId {
    return this.#next;
  }

  /** Pages and deltas of batches before this one do not count. */
  get since(): number {
    return this.#since;
  }

  isKnown(id: PageId): boolean {
    return id < this.#next && !this.#unknown.has(id);
  }

  /** A page to be computed again, of those that were built. */
  firstUnknown(): PageId | undefined {
    for (const id of this.#unknown) return id;
    return undefined;
  }

  /** Calls `run` whenever a page is lost. */
  onUnknown(run: () => void): void {
    this.#onUnknown = run;
  }

  /** The page does not count any more until it was computed again. */
  lose(id: PageId): void {
    if (!this.isKnown(id)) return;
    this.#unknown.add(id);
    this.#unmarked.push(id);
    this.cache.forget(id);
    this.#onUnknown?.();
  }

  /** Sees what all later batches change; the batches before are durable when this is called. */
  watch(watch: Watch): void {
    this.#watches.add(watch);
  }

  unwatch(watch: Watch): void {
    this.#watches.delete(watch);
  }

  /** There are no records in the pages from `next` to this one, which becomes the next. */
  advance(next: PageId): void {
    this.#next = next;
    this.#tellsState = true;
  }

  /** A page that was computed from its records goes with the next batch, unless that finds it wanting. */
  offer(scan: PageScan): void {
    this.#offer = scan;
  }

  /** The page is not offered any more, if it still was. */
  withdraw(): void {
    this.#offer = undefined;
  }

  /** Replays a delta of an earlier run; the pages that it needs are loaded. */
  replay(deltas: readonly LeafDelta[], sequence: number): void {
    for (const delta of deltas) {
      const page = this.cache.find(keys.pageIdOf(delta.namespace, delta.leaf));
      if (page === undefined || !this.isKnown(page.id) || sequence <= page.stored) continue;
      this.cache.change(page, delta.leaf % PAGE_LEAVES, delta.hash);
      this.cache.dirty(page, sequence);
    }
  }

  derive(changes: readonly RecordChange[], sequence: number): readonly BatchOperation[] {
    this.cache.trim(sequence - 1);
    const delta = new GridDelta();
    for (const change of changes) {
      this.#budget.spent(change);
      this.#see(change, delta);
    }
    const deltas = delta.leaves().filter((one) => this.#change(one, sequence));
    if (deltas.length === 0) return [];
    const key = keys.deltaKey(sequence);
    const value = seal(key, encodeDelta(deltas));
    this.log.add(sequence, key.length + value.length);
    return [{ type: 'put', key, value }];
  }

  ride(sequence: number): readonly BatchOperation[] {
    const operations: BatchOperation[] = [];
    for (const id of this.#unmarked) {
      const key = keys.unknownKey(id);
      operations.push({ type: 'put', key, value: seal(key, new Uint8Array()) });
    }
    this.#unmarked = [];
    if (this.#offer !== undefined) operations.push(...this.#adopt(this.#offer, sequence));
    if (this.#tellsState) operations.push(stateOperation({ since: this.#since, next: this.#next }));
    this.#tellsState = false;
    for (const page of this.cache.oldest(this.#budget.pages())) {
      operations.push(pageOperation(page.id, sequence, page));
      this.cache.written(page, sequence);
    }
    operations.push(...this.log.deletions(this.cache.neededFrom()));
    this.cache.trim(sequence - 1, this.#budget.forgotten());
    return operations;
  }

  /** One change of a record, in its leaf. */
  #see({ dataKey, before, after }: RecordChange, delta: GridDelta): void {
    const namespace = namespaceOfData(dataKey);
    const leaf = leafOf(tokenOfData(dataKey));
    const id = keys.pageIdOf(namespace, leaf);
    const place = leaf % PAGE_LEAVES;
    if (typeof before === 'string') {
      for (const watch of this.#watches) watch.see(id, place, undefined);
      this.lose(id);
    }
    const went = typeof before === 'object' ? itemHash(dataKey, before) : NO_RECORDS;
    const hash = after === undefined ? went : xorOf(went, itemHash(dataKey, after));
    for (const watch of this.#watches) watch.see(id, place, hash);
    delta.add(namespace, leaf, hash);
  }

  /** False when the page is not known: then there is nothing to be changed, nor to be replayed. */
  #change(
    { namespace, leaf, hash }: { namespace: number; leaf: number; hash: Hash64 },
    sequence: number,
  ): boolean {
    const id = keys.pageIdOf(namespace, leaf);
    if (!this.isKnown(id)) return false;
    const page = this.cache.take(id);
    this.cache.change(page, leaf % PAGE_LEAVES, hash);
    this.cache.dirty(page, sequence);
    if (!page.isLoaded) this.loader.want(page);
    return true;
  }

  /** A page that was computed from its records takes its place, if it is right. */
  #adopt(scan: PageScan, sequence: number): readonly BatchOperation[] {
    this.#offer = undefined;
    const { id } = scan.watch;
    const leaves = scan.result();
    if (leaves === undefined || this.isKnown(id)) return [];
    this.cache.adopt(id, leaves, sequence);
    const page = pageOperation(id, sequence, { leaves });
    if (id === this.#next) {
      this.advance(keys.pageAfter(id));
      return [page];
    }
    this.#unknown.delete(id);
    return [page, { type: 'del', key: keys.unknownKey(id) }];
  }
}

function pageOperation(
  id: PageId,
  sequence: number,
  { leaves }: Pick<CachedPage, 'leaves'>,
): BatchOperation {
  const key = keys.pageKey(id);
  return { type: 'put', key, value: seal(key, encodePage({ sequence, leaves })) };
}
