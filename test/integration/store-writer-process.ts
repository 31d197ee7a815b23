/**
 * Writes to the store of a directory until it is killed, and prints the number of each acknowledged write.
 * `node --import tsx store-writer-process.ts DIRECTORY`; prints `locked` when another process has the directory.
 */
import { KvError } from '../../src/node/core/errors.js';
import { LevelDisk } from '../../src/node/io/level/level-disk.js';
import { mutation } from '../unit/node/store/store-harness.js';
import { openSmallWithGrid } from './store-env.js';

const IN_FLIGHT = 16;

async function main(path: string): Promise<void> {
  const disk = new LevelDisk(path);
  try {
    await disk.lock();
  } catch (error) {
    console.log(error instanceof KvError ? `refused ${error.code} ${error.message}` : error);
    return;
  }
  const { store } = await openSmallWithGrid(disk);
  console.log('open');
  let next = 0;
  const write = (): void => {
    const index = next;
    next += 1;
    store.apply(mutation({ key: `k${index}`, ms: index + 1 }), ({ kind }) => {
      console.log(`${kind} ${index}`);
      write();
    });
  };
  for (let i = 0; i < IN_FLIGHT; i++) write();
}

await main(process.argv[2] ?? '');
