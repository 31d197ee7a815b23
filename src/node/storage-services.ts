import { LIMITS } from './core/limits.js';
import type { NodeId } from './core/metadata/cluster-metadata.js';
import type { DamageReport } from './core/views/damage-views.js';
import type { NodeEnv } from './env/env.js';
import type { RepairServices } from './repair/wire-repair.js';
import type { EventSink, LivenessService, MetadataService, PeerDirectory } from './services.js';
import { StorageAdmin } from './status/storage-admin.js';
import { LeftoverCleaner } from './store/clear/leftover-cleaner.js';
import type { DiskReserve } from './store/disk-reserve.js';
import type { HashGrid } from './store/grid/hash-grid.js';
import { Scrubber, type ScrubberParts } from './store/scrub/scrubber.js';
import type { Store } from './store/store.js';
import { StorageJobs } from './store/upkeep/storage-jobs.js';

export interface StorageServiceParts {
  readonly env: NodeEnv;
  readonly ownId: NodeId;
  readonly name: string;
  readonly store: Store;
  readonly grid: HashGrid;
  readonly disk: DiskReserve;
  readonly metadata: MetadataService;
  readonly liveness: LivenessService;
  readonly peers: PeerDirectory;
  readonly events: EventSink;
  readonly heal: ScrubberParts['heal'];
  readonly repair: Pick<RepairServices, 'times' | 'cycle'>;
  /** In what time all records are read once. */
  readonly scrubCycleMs?: number | undefined;
}

/** What keeps the store of a node in order, by itself and when an operator asks. */
export interface StorageServices {
  readonly scrubber: Scrubber;
  readonly jobs: StorageJobs;
  /** Removes what this node holds of ranges that are not its own. */
  readonly clearing: LeftoverCleaner;
  readonly admin: StorageAdmin;
  /** What is known of the store that cannot be read. */
  damage(): DamageReport;
}

/** Makes the upkeep of a store; nothing of it runs yet. */
export function wireStorage(parts: StorageServiceParts): StorageServices {
  const { env, name: node, store, metadata, repair } = parts;
  const scrubber = new Scrubber({
    ...parts,
    env: { ...env, log: env.log.child('scrub') },
    cycleMs: parts.scrubCycleMs ?? LIMITS.scrubCycleMs,
  });
  const jobs = new StorageJobs({
    ...parts,
    node,
    engine: store.engine,
    namespaces: () => metadata.current()?.metadata.namespaces.map(({ id }) => id) ?? [],
  });
  const clearing = new LeftoverCleaner({
    ...parts,
    env: { ...env, log: env.log.child('clear') },
    forgetTimes: (namespace, runs) => repair.times.forget(namespace, runs),
  });
  const admin = new StorageAdmin({
    ...{ ...parts, node, clock: env.clock, scrubber, jobs },
    repairedAtMs: ({ namespace, runs }) => repair.times.oldest(namespace, runs),
    recovery: () => repair.cycle.report().recovery,
  });
  const damage = (): DamageReport => ({
    ...store.rotten.report(),
    unreadable: scrubber.view().unreadable,
  });
  return { scrubber, jobs, clearing, admin, damage };
}
