import type { Storage } from '../env/storage.js';

/** What a storage gave for a key: its bytes, nothing, or the news that it cannot read the block. */
export type RawCopy = Uint8Array | 'unreadable' | undefined;

/** The copies of all keys in one call; when a block cannot be read, only the keys in it are lost. */
export async function readMany(
  storage: Storage,
  keys: readonly Uint8Array[],
): Promise<readonly RawCopy[]> {
  try {
    return await storage.getMany(keys);
  } catch {
    // The storage does not say which key it was; asked one by one, the others are answered.
    const copies: RawCopy[] = [];
    for (const key of keys) copies.push(await storage.get(key).catch(() => 'unreadable' as const));
    return copies;
  }
}
