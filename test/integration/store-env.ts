import type { NodeEnv } from '../../src/node/env/env.js';
import type { LevelDisk } from '../../src/node/io/level/level-disk.js';
import { openStore, type OpenedStore } from '../../src/node/store/open-store.js';
import { Store } from '../../src/node/store/store.js';
import { LogRecorder, MetricsRecorder } from '../../src/sim/recorders.js';
import { SeededRandom } from '../../src/sim/seeded-random.js';

/** Small buffers, so that logs are switched and tables written within a test. */
const SMALL = { cacheBytes: 1 << 20, writeBufferBytes: 128 * 1024, maxFileBytes: 1 << 20 };

/** Each opening draws other numbers, as a process does. */
let seed = 1;

type StoreEnv = Pick<NodeEnv, 'clock' | 'random' | 'disk' | 'metrics' | 'log' | 'buggify'>;

/** What a store needs, over the real disk and the real time. */
export function storeEnv(disk: LevelDisk): StoreEnv {
  const clock = {
    wallMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    after: (delayMs: number, run: () => void) => {
      const timer = setTimeout(run, delayMs);
      return { cancel: () => clearTimeout(timer) };
    },
  };
  const log = new LogRecorder().logger('store');
  const [metrics, random] = [new MetricsRecorder(), new SeededRandom(seed++)];
  return { clock, disk, log, metrics, random, buggify: () => false };
}

/** A failure of the disk fails the test. */
const readiness = {
  fail: (error: Error) => {
    throw error;
  },
};

/** Opens the store of a directory with small buffers; a failure of the disk fails the test. */
export async function openSmall(disk: LevelDisk): Promise<Store> {
  return await Store.open({ env: storeEnv(disk), readiness, options: SMALL });
}

/** The same with its hash grid, as a node has it. */
export async function openSmallWithGrid(
  disk: LevelDisk,
  acceptLoss?: (what: string) => void,
): Promise<OpenedStore> {
  return await openStore({ env: storeEnv(disk), readiness, options: SMALL, acceptLoss });
}
