import type { Hash64 } from '../../../stdx/hash64.js';
import { emptyLeaves, xorAll, xorAt, type LeafHashes } from '../../core/grid/leaf-hashes.js';
import type { GridPage } from '../../core/grid/grid-page.js';
import { PAGE_LEAVES } from '../../core/grid/leaf.js';
import type { PageId } from './grid-keys.js';

/** A page in memory. */
export interface CachedPage {
  readonly id: PageId;
  /** The leaves as they are now, once the page is loaded; until then what was changed since, to be added to what is on the disk. */
  leaves: LeafHashes | undefined;
  isLoaded: boolean;
  /** Number of the last batch whose changes are in the page on the disk, or will be when the batch that carries it is durable. */
  stored: number;
  /** The first batch whose changes are not in the page on the disk. */
  dirtySince: number | undefined;
  /** Somebody needs it in memory. */
  pins: number;
}

/** What a page costs beside its leaves. */
const OVERHEAD = 256;
const LEAVES_BYTES = 8 * PAGE_LEAVES;

/**
 * The pages of all namespaces that are in memory: those with changes that the disk does not have, in the order in which these came, and
 * as many others as there is room for. A page need not be loaded to be changed: XOR does not ask in which order.
 */
export class PageCache {
  readonly #boundBytes: number;
  readonly #dirty = new Map<PageId, CachedPage>();
  readonly #clean = new Map<PageId, CachedPage>();
  #sizeBytes = 0;

  constructor(boundBytes: number) {
    this.#boundBytes = boundBytes;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get dirtyPages(): number {
    return this.#dirty.size;
  }

  /** Bytes beyond the bound. */
  get excessBytes(): number {
    return Math.max(0, this.#sizeBytes - this.#boundBytes);
  }

  find(id: PageId): CachedPage | undefined {
    return this.#dirty.get(id) ?? this.#clean.get(id);
  }

  /** The page, perhaps not loaded yet. */
  take(id: PageId): CachedPage {
    const found = this.find(id);
    if (found !== undefined) return found;
    const page: CachedPage = {
      id,
      leaves: undefined,
      isLoaded: false,
      stored: 0,
      dirtySince: undefined,
      pins: 0,
    };
    this.#clean.set(id, page);
    this.#sizeBytes += OVERHEAD;
    return page;
  }

  /** A leaf changes; the page must be said to be dirty. */
  change(page: CachedPage, place: number, hash: Hash64): void {
    xorAt(page.leaves ?? this.#leavesOf(page), place, hash);
  }

  /** Batch `sequence` changes the page. */
  dirty(page: CachedPage, sequence: number): void {
    if (page.dirtySince !== undefined) return;
    page.dirtySince = sequence;
    this.#clean.delete(page.id);
    this.#dirty.set(page.id, page);
  }

  /** What is on the disk; undefined when there is nothing. */
  loaded(page: CachedPage, stored: GridPage | undefined): void {
    page.isLoaded = true;
    page.stored = stored?.sequence ?? 0;
    if (stored?.leaves !== undefined) xorAll(this.#leavesOf(page), stored.leaves);
  }

  /** Batch `sequence` carries the page. */
  written(page: CachedPage, sequence: number): void {
    page.stored = sequence;
    page.dirtySince = undefined;
    this.#dirty.delete(page.id);
    this.#clean.delete(page.id);
    this.#clean.set(page.id, page);
  }

  /** The page was computed anew, and batch `sequence` carries it. */
  adopt(id: PageId, leaves: LeafHashes, sequence: number): void {
    const page = this.take(id);
    this.#leavesOf(page).set(leaves);
    page.isLoaded = true;
    this.written(page, sequence);
  }

  /** The page is not what it should be. */
  forget(id: PageId): CachedPage | undefined {
    const page = this.find(id);
    if (page === undefined) return undefined;
    this.#dirty.delete(id);
    this.#clean.delete(id);
    this.#sizeBytes -= OVERHEAD + (page.leaves === undefined ? 0 : LEAVES_BYTES);
    return page;
  }

  /** The pages to be written next: those with the oldest changes, as far as they are loaded. */
  oldest(count: number): readonly CachedPage[] {
    const pages: CachedPage[] = [];
    for (const page of this.#dirty.values()) {
      if (pages.length >= count) break;
      if (page.isLoaded) pages.push(page);
    }
    return pages;
  }

  /** The first batch that is still needed; Infinity when none is. */
  neededFrom(): number {
    for (const { dirtySince } of this.#dirty.values()) return dirtySince ?? 0;
    return Infinity;
  }

  /** Makes room, if it must; `durable` is the last batch that the disk shows. */
  trim(durable: number, more = 0): void {
    if (this.excessBytes === 0 && more === 0) return;
    let left = more;
    for (const page of this.#clean.values()) {
      if (this.excessBytes === 0 && left <= 0) return;
      // What a batch under way carries would be read from the disk as it was before.
      if (!page.isLoaded || page.pins > 0 || page.stored > durable) continue;
      this.forget(page.id);
      left -= 1;
    }
  }

  /** All pages that may have records. */
  *ids(): Iterable<PageId> {
    for (const pages of [this.#dirty, this.#clean])
      for (const { id, leaves } of pages.values()) if (leaves !== undefined) yield id;
  }

  #leavesOf(page: CachedPage): LeafHashes {
    if (page.leaves !== undefined) return page.leaves;
    this.#sizeBytes += LEAVES_BYTES;
    return (page.leaves = emptyLeaves(PAGE_LEAVES));
  }
}
