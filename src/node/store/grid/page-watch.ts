import type { Hash64 } from '../../../stdx/hash64.js';
import { emptyLeaves, xorAt } from '../../core/grid/leaf-hashes.js';
import { PAGE_LEAVES } from '../../core/grid/leaf.js';
import type { PageId } from './grid-keys.js';

/** Sees what batches change, from a moment on. */
export interface Watch {
  /** A leaf changes by a hash; undefined when it cannot be known by which, because a copy that goes was corrupt. */
  see(id: PageId, place: number, hash: Hash64 | undefined): void;
}

/** What batches change of one page while its records are read. */
export class PageWatch implements Watch {
  readonly id: PageId;
  readonly changes = emptyLeaves(PAGE_LEAVES);
  readonly touched = new Set<number>();
  /** A corrupt copy went: whether it was read before it was corrupt, nobody knows. */
  isBroken = false;

  constructor(id: PageId) {
    this.id = id;
  }

  see(id: PageId, place: number, hash: Hash64 | undefined): void {
    if (id !== this.id) return;
    if (hash === undefined) this.isBroken = true;
    else {
      this.touched.add(place);
      xorAt(this.changes, place, hash);
    }
  }
}

/** The first page, from one on, that batches change while the next one with records is looked for. */
export class FirstPageWatch implements Watch {
  readonly #from: PageId;
  first: PageId = Infinity;

  constructor(from: PageId) {
    this.#from = from;
  }

  see(id: PageId): void {
    if (id >= this.#from) this.first = Math.min(this.first, id);
  }
}
