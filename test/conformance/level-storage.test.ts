import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LevelDisk } from '../../src/node/io/level/level-disk.js';
import { storageConformance } from './storage-suite.js';

storageConformance('the disk on the file system, with LevelDB', async () => {
  const path = await mkdtemp(join(tmpdir(), 'kv-level-'));
  const data = join(path, 'new', 'data');
  return {
    disk: new LevelDisk(data),
    other: () => new LevelDisk(data),
    // LevelDB writes on into its open log; the next log it cannot make.
    failWrites: (folder) => rm(join(data, folder), { recursive: true }),
    healWrites: (folder) => mkdir(join(data, folder)),
    remove: () => rm(path, { recursive: true, force: true }),
  };
});
