import type { RecoveryReport } from '../core/views/repair-views.js';
import type { ShardView, StorageView } from '../core/views/storage-views.js';
import { DATA_KEYS } from '../core/version/data-key.js';
import type { StorageFigures } from '../env/storage.js';
import type { DiskReserve } from '../store/disk-reserve.js';
import type { HashGrid } from '../store/grid/hash-grid.js';
import { TOMBSTONE_ENTRIES } from '../store/indexes/index-keys.js';
import type { Scrubber } from '../store/scrub/scrubber.js';
import { SHARD_FOLDER, type Store } from '../store/store.js';
import type { StorageJobs } from '../store/upkeep/storage-jobs.js';

export interface StorageViewParts {
  readonly node: string;
  readonly store: Store;
  readonly grid: HashGrid;
  readonly disk: DiskReserve;
  readonly scrubber: Scrubber;
  readonly jobs: StorageJobs;
  /** How far the others have brought back what this node has lost. */
  readonly recovery: () => RecoveryReport | undefined;
}

/** Before so much was written, LevelDB's figures, which are whole MiB, say nothing about what a write costs. */
const TELLING_BYTES = 64 * 1024 * 1024;

/** What the store of this node says of itself. @throws KvError KV_STORE_FAILED */
export async function storageView(parts: StorageViewParts): Promise<StorageView> {
  const { node, disk, jobs, recovery } = parts;
  return {
    node,
    shards: [await shardView(parts)],
    diskFreeBytes: disk.freeBytes(),
    diskReserveBytes: disk.reserveBytes,
    writesRefused: disk.fullness()?.message ?? '',
    jobs: jobs.list(),
    recovery: recovery(),
  };
}

async function shardView({ store, grid, scrubber }: StorageViewParts): Promise<ShardView> {
  const { engine } = store;
  const figures = await engine.figures();
  const writtenBytes = store.writtenBytes();
  const recordBytes = await engine.approximateSize(DATA_KEYS);
  const tombstoneBytes = await engine.approximateSize(TOMBSTONE_ENTRIES);
  return {
    name: SHARD_FOLDER,
    ...figures,
    loadBytes: store.loadBytes(),
    writtenBytes,
    writeAmplification: amplification(figures, writtenBytes),
    tombstoneShare: recordBytes === 0 ? undefined : Math.min(1, tombstoneBytes / recordBytes),
    sequence: store.sequence(),
    gridComplete: grid.isComplete(),
    scrub: scrubber.view(),
    rotten: store.rotten.report(),
  };
}

/** Everything goes to the log once, and to tables as often as compactions take it up. */
function amplification({ levels }: StorageFigures, writtenBytes: number): number | undefined {
  if (writtenBytes < TELLING_BYTES) return undefined;
  const tables = levels.reduce((sum, level) => sum + level.writtenBytes, 0);
  return (writtenBytes + tables) / writtenBytes;
}
