import type { BatchOperation, StorageEntry } from '../node/env/storage.js';

/** Bytes as a string of the same order: one code unit per byte. */
export function byteText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

interface Undo {
  readonly text: string;
  readonly before: StorageEntry | undefined;
}

/**
 * An ordered map of bytes that remembers how to forget what was never synced.
 * Keys are kept sorted lazily: batches append, the next range sorts, which is cheap because most of it is in order.
 */
export class MemoryTable {
  readonly #entries = new Map<string, StorageEntry>();
  #sorted: string[] = [];
  #dirty = false;
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

  /** The entries from `gte` up to `lt`, in order. */
  range(gte: Uint8Array, lt: Uint8Array): StorageEntry[] {
    const keys = this.#sortedKeys();
    const found: StorageEntry[] = [];
    const end = byteText(lt);
    for (let i = lowerBound(keys, byteText(gte)); i < keys.length && keys[i]! < end; i++) {
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
      // Its key stays in the sorted list until the next sort; `range` looks every key up.
      if (this.#entries.delete(text)) this.#dirty = true;
      return;
    }
    if (!this.#entries.has(text)) this.#dirty = true;
    this.#entries.set(text, entry);
  }

  #sortedKeys(): readonly string[] {
    if (!this.#dirty) return this.#sorted;
    const known = new Set(this.#sorted);
    const kept = this.#sorted.filter((text) => this.#entries.has(text));
    for (const text of this.#entries.keys()) if (!known.has(text)) kept.push(text);
    this.#sorted = kept.sort((a, b) => (a < b ? -1 : 1));
    this.#dirty = false;
    return this.#sorted;
  }
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
