import { decodePage, type GridPage } from '../../core/grid/grid-page.js';
import type { Storage } from '../../env/storage.js';
import { readMany, type RawCopy } from '../read-many.js';
import { unseal } from '../system-keys.js';
import { pageKey, type PageId } from './grid-keys.js';
import type { CachedPage, PageCache } from './page-cache.js';

export interface PageLoaderParts {
  readonly storage: Storage;
  readonly cache: PageCache;
  /** Pages of batches before this one do not count. */
  readonly since: number;
  /** A page cannot be read. */
  readonly onDamaged: (id: PageId) => void;
}

/** Pages read in one call. */
const AT_ONCE = 64;

/** Brings pages from the disk into the cache, a few at a time, while batches go on to change them. */
export class PageLoader {
  readonly #parts: PageLoaderParts;
  readonly #wanted = new Set<PageId>();
  #listeners: (() => void)[] = [];
  #isReading = false;

  constructor(parts: PageLoaderParts) {
    this.#parts = parts;
  }

  /** Loads a page some time soon. */
  want(page: CachedPage): void {
    if (page.isLoaded) return;
    this.#wanted.add(page.id);
    if (!this.#isReading) void this.#readAll();
  }

  /**
   * Loads pages, and pins them; they must be released. A page that is not loaded even then could not be read.
   * The caller bounds how many it asks for.
   */
  async load(ids: readonly PageId[]): Promise<readonly CachedPage[]> {
    const pages = ids.map((id) => this.#parts.cache.take(id));
    for (const page of pages) {
      page.pins += 1;
      this.want(page);
    }
    while (pages.some(({ id, isLoaded }) => !isLoaded && this.#wanted.has(id)))
      await new Promise<void>((resolve) => this.#listeners.push(resolve));
    return pages;
  }

  release(pages: readonly CachedPage[]): void {
    for (const page of pages) page.pins -= 1;
  }

  /** Never rejects: what cannot be read is told, page by page. */
  async #readAll(): Promise<void> {
    this.#isReading = true;
    while (this.#wanted.size > 0) {
      const ids = [...this.#wanted].slice(0, AT_ONCE);
      const copies = await readMany(this.#parts.storage, ids.map(pageKey));
      for (const [i, id] of ids.entries()) {
        this.#wanted.delete(id);
        this.#take(id, copies[i]);
      }
      for (const tell of this.#listeners.splice(0)) tell();
    }
    this.#isReading = false;
  }

  #take(id: PageId, copy: RawCopy): void {
    const { cache, onDamaged, since } = this.#parts;
    const page = cache.find(id);
    if (page === undefined || page.isLoaded) return;
    const stored = decode(id, copy);
    if (stored === 'damaged') onDamaged(id);
    else cache.loaded(page, stored === undefined || stored.sequence < since ? undefined : stored);
  }
}

function decode(id: PageId, copy: RawCopy): GridPage | 'damaged' | undefined {
  if (copy === undefined) return undefined;
  if (copy === 'unreadable') return 'damaged';
  const body = unseal(pageKey(id), copy);
  return (body && decodePage(body)) ?? 'damaged';
}
