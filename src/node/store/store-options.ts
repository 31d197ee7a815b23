import type { StorageOptions } from '../env/storage.js';

/**
 * How the store tunes its ordered map. bench/level-tuning.ts: for 1 GB of 10 KB values a buffer of 16 MiB writes every byte
 * 4.7 times and stalls for seconds, one of 64 MiB 2.5 times and below one; the memory is taken only while there are writes.
 */
export const STORE_OPTIONS: StorageOptions = {
  cacheBytes: 32 * 1024 * 1024,
  writeBufferBytes: 64 * 1024 * 1024,
  maxFileBytes: 16 * 1024 * 1024,
};
