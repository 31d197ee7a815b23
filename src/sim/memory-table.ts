import { byteText } from '../stdx/byte-text.js';
import type { BatchOperation, StorageEntry } from '../node/env/storage.js';

/** How many entries of a range, and from which end. */
export interface RangeCut {
  readonly limit?: number | undefined;
  readonly reverse?: boolean | undefined;
}

interface Undo {
  readonly text: string;
  readonly before: StorageEntry | undefined;
}

/**
 * An ordered map of bytes that remembers how to forget what was never synced.
 * Keys are kept sorted lazily: batches note what is new, the next range puts it into its place.
 */
export class MemoryTable {
  readonly #entries = new Map<string, StorageEntry>();
  /** In order, with some that are gone: `range` looks every key up. */
  #sorted: string[] = [];
  /** New since the last range, and in no order yet. */
  #added: string[] = [];
  /** Those of `#sorted` and `#added` that are gone. */
  readonly #gone = new Set<string>();
  /** What each batch since the last sync replaced. */
  #unsynced: (readonly Undo[])[] = [];
  #orphans: (readonly BatchOperation[])[] = [];

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#entries.get(byteText(key))?.value;
  }

  apply(batch: readonly BatchOperation[]): void {
    const undo: Undo[] = [];
    this.#unsynced.push(undo);
    for (const operation of batch) {
      const text = byteText(operation.key);
      undo.push({ text, before: this.#entries.get(text) });
      const entry =
        operation.type === 'put'
          ? { key: operation.key.slice(), value: operation.value.slice() }
          : undefined;
      this.#set(text, entry);
    }
  }

  /** A batch whose sync failed: invisible now, there after a reopen, gone after a crash. */
  orphan(batch: readonly BatchOperation[]): void {
    this.#orphans.push(batch);
  }

  /** Replays what lies in the log, as an open does. */
  recover(): void {
    for (const batch of this.#orphans.splice(0)) this.apply(batch);
    this.sync();
  }

  /** What was applied so far survives `rollBack`. */
  sync(): void {
    this.#unsynced = [];
  }

  /** Batches that a crash may take back. */
  unsyncedBatches(): number {
    return this.#unsynced.length;
  }

  /** Forgets the batches that were not synced, newest first, less the first `keep` of them. */
  rollBack(keep = 0): void {
    this.#orphans = [];
    for (const undo of this.#unsynced.splice(keep).reverse())
      for (const { text, before } of [...undo].reverse()) this.#set(text, before);
  }

  /** The entries from `gte` up to `lt`, in order, or those at its end and backwards. */
  range(
    gte: Uint8Array,
    lt: Uint8Array,
    { limit = Infinity, reverse = false }: RangeCut = {},
  ): StorageEntry[] {
    const keys = this.#sortedKeys();
    const found: StorageEntry[] = [];
    const first = lowerBound(keys, byteText(gte));
    const last = lowerBound(keys, byteText(lt)) - 1;
    const step = reverse ? -1 : 1;
    for (
      let i = reverse ? last : first;
      i >= first && i <= last && found.length < limit;
      i += step
    ) {
      const entry = this.#entries.get(keys[i]!);
      if (entry !== undefined) found.push(entry);
    }
    return found;
  }

  /** A table with the synced content of this one, as an image of the disk would have it. */
  copySynced(): MemoryTable {
    const copy = new MemoryTable();
    for (const [text, entry] of this.#entries) copy.#set(text, entry);
    copy.#unsynced = [...this.#unsynced];
    copy.rollBack();
    return copy;
  }

  #set(text: string, entry: StorageEntry | undefined): void {
    if (entry === undefined) {
      if (this.#entries.delete(text)) this.#gone.add(text);
      return;
    }
    if (!this.#entries.has(text) && !this.#gone.delete(text)) this.#added.push(text);
    this.#entries.set(text, entry);
  }

  #sortedKeys(): readonly string[] {
    const added = this.#added;
    if (this.#gone.size > GONE_KEPT + this.#sorted.length) {
      this.#sorted = [...this.#entries.keys()].sort(inOrder);
      this.#gone.clear();
    } else if (added.length <= INSERTED_SINGLY) {
      for (const text of added) this.#sorted.splice(lowerBound(this.#sorted, text), 0, text);
    } else this.#sorted = merged(this.#sorted, added.sort(inOrder));
    if (added.length > 0) this.#added = [];
    return this.#sorted;
  }
}

/** Keys that are gone and stay in the list at least. */
const GONE_KEPT = 64;
/** So many new keys are cheaper to insert one by one. */
const INSERTED_SINGLY = 16;

function inOrder(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Two ordered lists as one. */
function merged(some: readonly string[], others: readonly string[]): string[] {
  const all: string[] = [];
  let next = 0;
  for (const text of some) {
    while (next < others.length && others[next]! < text) all.push(others[next++]!);
    all.push(text);
  }
  return [...all, ...others.slice(next)];
}

function lowerBound(keys: readonly string[], text: string): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
