import { itemHash } from '../../core/grid/item-hash.js';
import { emptyLeaves, xorAll, xorAt, type LeafHashes } from '../../core/grid/leaf-hashes.js';
import { leafOf, PAGE_LEAVES } from '../../core/grid/leaf.js';
import { decodeDataKey } from '../../core/version/data-key.js';
import { decodeRecord } from '../../core/version/record-codec.js';
import type { StorageEntry } from '../../env/storage.js';
import type { PageWatch } from './page-watch.js';

/**
 * A page computed from its records while batches go on to change them: from a snapshot that is exactly as old as the watch, and what
 * the watch saw since.
 */
export class PageScan {
  readonly watch: PageWatch;
  readonly #found = emptyLeaves(PAGE_LEAVES);
  /** Leaves with records that could not be read. */
  readonly #blind = new Set<number>();

  constructor(watch: PageWatch) {
    this.watch = watch;
  }

  /** Whether a record of the leaf could not be read. */
  isBlind(place: number): boolean {
    return this.#blind.has(place);
  }

  /** A record of the snapshot. */
  add({ key, value }: StorageEntry): void {
    const place = leafOf(decodeDataKey(key).token) % PAGE_LEAVES;
    const record = decodeRecord(key, value);
    if (typeof record === 'string') this.#blind.add(place);
    else xorAt(this.#found, place, itemHash(key, record));
  }

  /** The leaves as they are now, without what cannot be read. */
  now(): LeafHashes {
    const leaves = this.#found.slice();
    xorAll(leaves, this.watch.changes);
    return leaves;
  }

  /** The leaves as they are now, unless that is in doubt. */
  result(): LeafHashes | undefined {
    const { isBroken, touched } = this.watch;
    if (isBroken) return undefined;
    // A batch may have read a record just before it became unreadable, and replaced it: then it went and had never come.
    for (const place of this.#blind) if (touched.has(place)) return undefined;
    return this.now();
  }
}
