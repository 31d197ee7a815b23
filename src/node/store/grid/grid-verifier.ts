import { NO_RECORDS, hashAt, sameHash, xorOf } from '../../core/grid/leaf-hashes.js';
import type { LeafRun } from '../../core/grid/leaf-runs.js';
import { PAGE_LEAVES } from '../../core/grid/leaf.js';
import type { Clock } from '../../env/clock.js';
import type { KeyRange, Storage } from '../../env/storage.js';
import { pause } from '../pace.js';
import * as keys from './grid-keys.js';
import type { PageId } from './grid-keys.js';
import type { GridPages } from './grid-pages.js';
import type { PageScan } from './page-scan.js';
import type { PageScanner } from './page-scanner.js';

/** Which leaves are compared with their records. */
export interface VerifiedRange {
  readonly namespace: number;
  readonly runs: readonly LeafRun[];
}

/** How the grid compares with the records. */
export interface GridVerdict {
  /** Pages compared; those without records, in the grid and on the disk, need not be. */
  readonly pages: number;
  /** Leaves that are not what their records say: the first of them, and how many in all. */
  readonly differing: readonly { readonly namespace: number; readonly leaf: number }[];
  readonly differingCount: number;
  /** Leaves with records that cannot be read: nothing can be said of them. */
  readonly unreadable: number;
  /** Pages that are not known at all, until they have been computed. */
  readonly unknown: number;
}

const TOLD = 100;

type Tally = { -readonly [K in keyof GridVerdict]: GridVerdict[K] } & {
  differing: { readonly namespace: number; readonly leaf: number }[];
};

export interface GridVerifierParts {
  readonly pages: GridPages;
  readonly scanner: PageScanner;
  readonly storage: Storage;
  readonly clock: Clock;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
}

/** Compares leaves with what their records say, while batches go on to change both; it rests for as long as it works. */
export class GridVerifier {
  readonly #parts: GridVerifierParts;
  readonly #pages: GridPages;
  readonly #scanner: PageScanner;
  readonly #storage: Storage;

  constructor(parts: GridVerifierParts) {
    this.#parts = parts;
    this.#pages = parts.pages;
    this.#scanner = parts.scanner;
    this.#storage = parts.storage;
  }

  /** All leaves, or those of a range. @throws KvError when the storage fails, or the grid stops */
  async verify(range?: VerifiedRange): Promise<GridVerdict> {
    const tally: Tally = { pages: 0, differing: [], differingCount: 0, unreadable: 0, unknown: 0 };
    const { first, end } = pagesOf(range);
    let id = first;
    for (;;) {
      id = await this.#pageFrom(id);
      if (id >= end) return tally;
      const page = id;
      if (overlaps(page, range))
        await this.#resting(() =>
          this.#scanner.scan(page, (scan) => this.#compare(scan, range, tally)),
        );
      id = keys.pageAfter(id);
    }
  }

  async #resting(work: () => Promise<void>): Promise<void> {
    const { clock, signal } = this.#parts;
    const startMs = clock.monotonicMs();
    await work();
    const workMs = clock.monotonicMs() - startMs;
    if (workMs > 0) await pause(clock, workMs, signal);
  }

  /** The first page from `id` on that has records, on the disk or in the grid. */
  async #pageFrom(id: PageId): Promise<PageId> {
    let first: PageId = Infinity;
    for (const cached of this.#pages.cache.ids()) if (cached >= id) first = Math.min(first, cached);
    for await (const { key } of this.#first({ gte: keys.pageKey(id), lt: keys.PAGES.lt }))
      first = Math.min(first, keys.pageIdOfKey(key));
    for await (const { key } of this.#first(keys.dataFrom(id)))
      first = Math.min(first, keys.pageIdOfData(key));
    return first;
  }

  #first(range: KeyRange): ReturnType<Storage['iterate']> {
    return this.#storage.iterate({ ...range, limit: 1 });
  }

  async #compare(scan: PageScan, range: VerifiedRange | undefined, tally: Tally): Promise<void> {
    const { loader } = this.#pages;
    const { id } = scan.watch;
    const loaded = await loader.load([id]);
    loader.release(loaded);
    const [page] = loaded;
    tally.pages += 1;
    if (page?.isLoaded !== true || !this.#pages.isKnown(id) || scan.watch.isBroken) {
      tally.unknown += 1;
      return;
    }
    const found = scan.now();
    for (let place = 0; place < PAGE_LEAVES; place++) {
      const leaf = keys.firstLeafOf(id) + place;
      if (range !== undefined && !range.runs.some((run) => run.from <= leaf && leaf < run.to))
        continue;
      const held = page.leaves === undefined ? NO_RECORDS : hashAt(page.leaves, place);
      if (scan.isBlind(place)) tally.unreadable += 1;
      else if (!sameHash(xorOf(held, hashAt(found, place)), NO_RECORDS)) {
        tally.differingCount += 1;
        if (tally.differing.length < TOLD)
          tally.differing.push({ namespace: keys.namespaceOf(id), leaf });
      }
    }
  }
}

/** The pages among which those of a range are, the last one excluded. */
function pagesOf(range: VerifiedRange | undefined): {
  readonly first: PageId;
  readonly end: PageId;
} {
  if (range === undefined) return { first: 0, end: Infinity };
  const { namespace, runs } = range;
  const from = Math.min(...runs.map((run) => run.from));
  const last = Math.max(...runs.map(({ to }) => to - 1));
  return { first: keys.pageIdOf(namespace, from), end: keys.pageIdOf(namespace, last) + 1 };
}

function overlaps(id: PageId, range: VerifiedRange | undefined): boolean {
  const first = keys.firstLeafOf(id);
  return (
    range === undefined ||
    range.runs.some(({ from, to }) => from < first + PAGE_LEAVES && to > first)
  );
}
