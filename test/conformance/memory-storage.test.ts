import { MemoryDisk } from '../../src/sim/memory-disk.js';
import { storageConformance } from './storage-suite.js';

storageConformance('the disk in memory', async () => {
  const disk = new MemoryDisk();
  return {
    disk,
    other: () => disk,
    failWrites: async (folder) => disk.failWrites(folder),
    healWrites: async (folder) => disk.healWrites(folder),
    remove: async () => undefined,
  };
});
