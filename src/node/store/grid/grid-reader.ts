import type { Hash64 } from '../../../stdx/hash64.js';
import {
  emptyLeaves,
  foldLeaves,
  NO_RECORDS,
  xorOf,
  type LeafHashes,
} from '../../core/grid/leaf-hashes.js';
import { leavesIn, type LeafRun } from '../../core/grid/leaf-runs.js';
import { PAGE_LEAVES } from '../../core/grid/leaf.js';
import { firstLeafOf, pageIdOf, type PageId } from './grid-keys.js';
import type { GridPages } from './grid-pages.js';

/** Pages that one question has in memory at once. */
const AT_ONCE = 32;

/** Leaves of one page that a question is about. */
interface PagePart {
  readonly id: PageId;
  /** Places in the page. */
  readonly from: number;
  readonly to: number;
}

/**
 * Answers what the leaves of a namespace are: each as of some moment between question and answer, with all that was acknowledged
 * before the question. `undefined` says that a part of them is not known yet.
 */
export class GridReader {
  readonly #pages: GridPages;

  constructor(pages: GridPages) {
    this.#pages = pages;
  }

  /** The hashes of leaves, in their order. */
  async leaves(namespace: number, runs: readonly LeafRun[]): Promise<LeafHashes | undefined> {
    const all = emptyLeaves(leavesIn(runs));
    let at = 0;
    const known = await this.#each(partsOf(namespace, runs), (part, leaves) => {
      if (leaves !== undefined) all.set(leaves.subarray(2 * part.from, 2 * part.to), at);
      at += 2 * (part.to - part.from);
    });
    return known ? all : undefined;
  }

  /** The hash of all records in the leaves. */
  async root(namespace: number, runs: readonly LeafRun[]): Promise<Hash64 | undefined> {
    let root = NO_RECORDS;
    const known = await this.#each(partsOf(namespace, runs), ({ from, to }, leaves) => {
      if (leaves !== undefined) root = xorOf(root, foldLeaves(leaves, from, to));
    });
    return known ? root : undefined;
  }

  async #each(
    parts: readonly PagePart[],
    use: (part: PagePart, leaves: LeafHashes | undefined) => void,
  ): Promise<boolean> {
    const { loader } = this.#pages;
    for (let i = 0; i < parts.length; i += AT_ONCE) {
      const some = parts.slice(i, i + AT_ONCE);
      if (!this.#areKnown(some)) return false;
      const loaded = await loader.load(some.map(({ id }) => id));
      loader.release(loaded);
      if (!this.#areKnown(some) || !loaded.every(({ isLoaded }) => isLoaded)) return false;
      for (const [n, part] of some.entries()) use(part, loaded[n]?.leaves);
    }
    return true;
  }

  #areKnown(parts: readonly PagePart[]): boolean {
    return parts.every(({ id }) => this.#pages.isKnown(id));
  }
}

function partsOf(namespace: number, runs: readonly LeafRun[]): readonly PagePart[] {
  const parts: PagePart[] = [];
  for (const { from, to } of runs) {
    for (let leaf = from; leaf < to;) {
      const id = pageIdOf(namespace, leaf);
      const first = firstLeafOf(id);
      const end = Math.min(to, first + PAGE_LEAVES);
      parts.push({ id, from: leaf - first, to: end - first });
      leaf = end;
    }
  }
  return parts;
}
