import { LIMITS } from '../core/limits.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import type { NodeEnv } from '../env/env.js';
import type {
  EventSink,
  HlcService,
  LivenessService,
  MetadataService,
  PeerDirectory,
} from '../services.js';
import { GroupRepairs } from './group-repair.js';
import { MarkRepair, type MarkedSlots } from './mark-repair.js';
import { purgeOf } from './purge-run.js';
import { Recovery, type RecoveryParts } from './recovery.js';
import { RepairCycle } from './repair-cycle.js';
import { RepairJobStore } from './repair-job-store.js';
import { RepairJobs } from './repair-jobs.js';
import { repairMetrics } from './repair-metrics.js';
import { RepairReplica, type RepairReplicaParts } from './repair-replica.js';
import type { RepairStore } from './repair-store.js';
import { RepairTimes } from './repair-times.js';

/** What repairs need of the node. */
export interface RepairFoundation {
  readonly env: NodeEnv;
  readonly ownId: NodeId;
  readonly boot: number;
  readonly store: RepairStore & RecoveryParts['store'];
  readonly grid: RepairReplicaParts['grid'];
  readonly hlc: HlcService;
  readonly metadata: MetadataService;
  readonly liveness: LivenessService;
  readonly peers: PeerDirectory;
  readonly events: EventSink;
  /** What could not be kept as hints. */
  readonly marks: () => MarkedSlots;
  readonly stopping: AbortSignal;
  /** Has a copy that cannot be read replaced by what a quorum of the other owners holds. */
  readonly heal: RepairReplicaParts['heal'];
  readonly repairCycleMs?: number | undefined;
}

/** Both sides of repairs: what answers, and what asks. */
export interface RepairServices {
  readonly replica: RepairReplica;
  readonly cycle: RepairCycle;
  /** When ranges were last equal on all their owners. */
  readonly times: RepairTimes;
  /** What makes the owners of ranges equal. */
  readonly groups: GroupRepairs;
  /** What people ask for. */
  readonly jobs: RepairJobs;
  /** Begins to repair by itself, and goes on with what people asked for before. */
  start(): void;
  /** Resolves when what is under way has ended; the signal must have come. */
  idle(): Promise<void>;
}

/** Makes what repairs of a node consist of; nothing runs yet. */
export function wireRepair(foundation: RepairFoundation): RepairServices {
  const { env, store, stopping, repairCycleMs: cycleMs = LIMITS.repairCycleMs } = foundation;
  const { clock, random } = env;
  const log = env.log.child('repair');
  const times = new RepairTimes({ store, clock, log });
  const replica = new RepairReplica({
    ...foundation,
    clock,
    times,
    purge: purgeOf(store, clock, stopping),
    mend: (namespace, runs, sinceMs) => cycle.mend(namespace, runs, sinceMs),
  });
  const repairs = new GroupRepairs({ ...foundation, clock, random, replica, floors: store.floors });
  const metrics = repairMetrics(env.metrics, {
    report: () => cycle.report(),
    slowest: () => repairs.pace.slowestOfAll(),
  });
  const recovery = new Recovery({ ...foundation, clock, times });
  const cycle: RepairCycle = new RepairCycle({
    ...foundation,
    ...{ clock, log, repairs, times, recovery, cycleMs, metrics },
  });
  const kept = new RepairJobStore({ store, clock, log });
  const jobs = new RepairJobs({ ...foundation, clock, log, random, repairs, metrics, kept });
  const marked = new MarkRepair({ ...foundation, clock, log, repairs });
  return {
    replica,
    cycle,
    times,
    groups: repairs,
    jobs,
    start: () => {
      cycle.start();
      marked.start();
      jobs.resume();
    },
    idle: async () => {
      await cycle.idle();
      await marked.idle();
      await jobs.idle();
    },
  };
}
