import type { StorageOptions } from '../env/storage.js';

/**
 * How the store tunes its ordered map: a large buffer, so that little is written twice, and small tables, so that none takes the disk for long
 * (docs/adr/0014, with figures). The memory is taken only while there are writes.
 */
export const STORE_OPTIONS: StorageOptions = {
  cacheBytes: 32 * 1024 * 1024,
  writeBufferBytes: 64 * 1024 * 1024,
  maxFileBytes: 4 * 1024 * 1024,
};
