import type { KvError } from './core/errors.js';
import { LIMITS } from './core/limits.js';
import { WIRE_VERSION, type Hello } from './core/messages.js';
import { METADATA_FORMAT, type ClusterMetadata } from './core/metadata/cluster-metadata.js';
import { historyOf } from './core/metadata/recoveries.js';
import type { DataKey } from './core/version/data-key.js';
import type { NodeEnv } from './env/env.js';
import { AdmittedReplica } from './admission/admitted-replica.js';
import { ByteBudget } from './admission/byte-budget.js';
import { Coordinator } from './coordinator/coordinator.js';
import { Dispatch } from './dispatch.js';
import { HintService, type HintServiceParts } from './hints/hint-service.js';
import { PeerAdmission } from './identity/peer-admission.js';
import { PeerMemoryKeeper } from './identity/peer-memory-keeper.js';
import { Membership } from './membership/membership.js';
import { LogService } from './metadata/metadata-service.js';
import type { OpenedDirectory } from './open-directory.js';
import { wireRepair, type RepairServices } from './repair/wire-repair.js';
import { Replica } from './replica/replica-service.js';
import { AdminService } from './status/admin-service.js';
import type { HintKeeper } from './services.js';
import type { EventLog } from './status/event-log.js';
import { reporter } from './status/node-report.js';
import type { NodeReadiness } from './status/node-readiness.js';
import { wireStorage, type StorageServices } from './storage-services.js';
import type { DiskReserve } from './store/disk-reserve.js';
import type { DurableHlc } from './store/hlc-service.js';
import type { HashGrid } from './store/grid/hash-grid.js';
import type { Store } from './store/store.js';
import { wireTopology, type TopologyServices } from './topology/wire-topology.js';

/** What is open before the services are made. */
export interface NodeFoundation {
  readonly env: NodeEnv;
  readonly directory: OpenedDirectory;
  readonly store: Store;
  readonly grid: HashGrid;
  readonly hlc: DurableHlc;
  readonly events: EventLog;
  readonly readiness: NodeReadiness;
  /** Empty until the node has entered its cluster. */
  readonly clusterId: () => string;
  readonly clientStreams: () => number;
  readonly disk: DiskReserve;
  /** Comes when the node stops: background work ends. */
  readonly stopping: AbortSignal;
  readonly repairCycleMs?: number | undefined;
  readonly scrubCycleMs?: number | undefined;
  /** The node must not go on. */
  readonly end: (error: KvError) => void;
}

/** The procedures of one node, wired to each other. */
export interface NodeServices {
  readonly budget: ByteBudget;
  readonly membership: Membership;
  readonly peerMemory: PeerMemoryKeeper;
  readonly metadata: LogService;
  readonly coordinator: Coordinator;
  readonly hints: HintService;
  readonly repair: RepairServices;
  readonly storage: StorageServices;
  readonly topology: TopologyServices;
  readonly admin: AdminService;
  readonly dispatch: Dispatch;
  readonly hello: () => Hello;
}

/** What a node knows of the cluster and of its nodes. */
interface ClusterServices {
  /** Membership, by the names that others know it by. */
  readonly shared: {
    readonly liveness: Membership;
    readonly peers: Membership;
    readonly directory: Membership;
    readonly events: EventLog;
  };
  readonly membership: Membership;
  readonly metadata: LogService;
  readonly peerMemory: PeerMemoryKeeper;
  readonly admission: PeerAdmission;
}

function wireCluster(foundation: NodeFoundation, hello: () => Hello): ClusterServices {
  const { env, directory, events, readiness, end } = foundation;
  const { nodeId, name, boot } = directory;
  // Gossip drives pulls of the log and evidence about identities, which both need gossip: hence the late references.
  const membership: Membership = new Membership({
    env,
    self: { nodeId, name, ...boot },
    events,
    onEpochSeen: (epoch, holder) => {
      metadata.observeEpoch(epoch, holder);
    },
    onPeerSeen: (seen) => {
      admission.hear(seen);
    },
  });
  const { meta: storage, stored } = directory;
  const shared = { liveness: membership, peers: membership, directory: membership, events };
  const log = { env, self: nodeId, storage, stored, readiness, onFatal: end, ...shared };
  const metadata: LogService = new LogService(log);
  const peerMemory = peerMemoryOf(foundation);
  const admission: PeerAdmission = new PeerAdmission({
    own: hello,
    metadata: () => metadata.current()?.metadata,
    nameOf: (id) => membership.nameOf(id),
    memory: peerMemory.memory,
    events,
    onOwnConflict: end,
  });
  return { shared, membership, metadata, peerMemory, admission };
}

/** Bytes of requests that one node works on at once, told as a metric. */
function budgetOf({ env }: NodeFoundation): ByteBudget {
  const budget = new ByteBudget(LIMITS.nodeQueueBytes);
  env.metrics.gaugeFrom(
    { name: 'kv_node_queue_bytes', help: 'Bytes of requests admitted and not yet answered.' },
    () => budget.usedBytes,
  );
  return budget;
}

/** Makes the services of a node; none of them does anything yet. */
export function wireServices(foundation: NodeFoundation): NodeServices {
  const { env, directory, store, hlc, readiness, end } = foundation;
  const { nodeId, name, boot } = directory;
  // Its log is part of the services that say it.
  const hello = helloOf(foundation, () => cluster.metadata.current()?.metadata);
  const cluster: ClusterServices = wireCluster(foundation, hello);
  const budget = budgetOf(foundation);
  const { shared, membership, metadata, peerMemory, admission } = cluster;
  const parts = { ...env, ownId: nodeId, metadata, hlc, store, readiness, ...shared };
  const { replica, coordinator, hints } = wireData(foundation, parts, budget);
  const marks = (): HintService['marks'] => hints.marks;
  const heal = healerOf(parts, coordinator);
  const repair = wireRepair({ ...parts, ...foundation, boot: boot.boot, marks, heal });
  const report = reporter({
    ...parts,
    ...foundation,
    nodeId,
    name,
    boot: boot.boot,
    hints,
    repairs: () => repair.cycle.report(),
    damage: () => keeping.damage(),
    plan: () => topology.report(),
    stats: () => coordinator.stats(),
    queuedBytes: () => budget.usedBytes,
  });
  const keeping = wireStorage({ ...parts, ...foundation, name, heal, repair });
  const topology = wireTopology({
    ...parts,
    ...foundation,
    repairs: repair.groups,
    recover: (order, remainingMs) => metadata.recover(order, remainingMs),
    clear: (namespace, runs, signal) => keeping.clearing.clear(namespace, runs, signal),
    report,
  });
  const admin = new AdminService({
    ...parts,
    topology: topology.admin,
    upkeep: keeping.admin,
    report,
    hints,
    repairs: repair.jobs,
    inspect: (key, namespace) =>
      coordinator.inspect(key, { namespace, remainingMs: LIMITS.requestMs }),
    storage: async () =>
      Object.entries(await store.properties()).map(([key, value]) => ({ name: key, value })),
  });
  const dispatch = new Dispatch({
    ...parts,
    membership,
    admission,
    report,
    replica: new AdmittedReplica(replica, budget),
    repair: repair.replica,
    onRefused: end,
  });
  return {
    budget,
    membership,
    peerMemory,
    metadata,
    coordinator,
    hints,
    repair,
    storage: keeping,
    topology,
    admin,
    dispatch,
    hello,
  };
}

/** Has a copy of this node that cannot be read replaced by what a quorum of the other owners holds. */
function healerOf(
  { metadata, ownId: nodeId }: Pick<DataParts, 'metadata' | 'ownId'>,
  coordinator: Coordinator,
): (copy: DataKey) => void {
  return ({ namespace: id, key }) => {
    const namespace = metadata.current()?.metadata.namespaces.find((one) => one.id === id);
    if (namespace !== undefined)
      coordinator.reportCorrupt({ namespace: namespace.name, key, nodeId });
  };
}

type DataParts = Omit<
  ConstructorParameters<typeof Coordinator>[0],
  'replica' | 'hints' | 'budget'
> &
  Omit<ConstructorParameters<typeof Replica>[0], 'nowMs'> &
  Omit<HintServiceParts, keyof ReturnType<typeof hintPartsOf>>;

/** What serves operations on data, as a replica and as a coordinator. */
function wireData(
  foundation: NodeFoundation,
  parts: DataParts,
  budget: ByteBudget,
): {
  readonly replica: Replica;
  readonly coordinator: Coordinator;
  readonly hints: HintService;
} {
  const { hlc } = foundation;
  const nowMs = (): number | undefined => (hlc.isCompared() ? hlc.ownMs() : undefined);
  const replica = new Replica({ ...parts, nowMs });
  const coordinator: Coordinator = new Coordinator({
    ...parts,
    replica,
    hints: keeperOf(() => hints),
    budget: budget.child(LIMITS.clientQueueBytes),
  });
  const hinting = hintPartsOf(foundation, () => coordinator);
  const hints: HintService = new HintService({
    ...parts,
    ...hinting,
    isLeaving: () => isLeaving(parts),
  });
  return { replica, coordinator, hints };
}

/** The coordinator keeps hints, and hints are sent through the coordinator: one of the two is there first. */
function keeperOf(hints: () => HintService): HintKeeper {
  return {
    keep: (missed, done) => {
      hints().keep(missed, done);
    },
  };
}

/** Whether the node goes as soon as nothing holds it any more: reads and writes do without it already. */
function isLeaving({ metadata, ownId }: Pick<DataParts, 'metadata' | 'ownId'>): boolean {
  const state = metadata.current()?.metadata;
  const own = state?.members.find(({ nodeId }) => nodeId === ownId);
  return own?.state === 'leaving' && state?.plan?.step === 'read-new';
}

/** What hints need of this node, and of the coordinator, which they reach replicas by. */
function hintPartsOf(
  { env, directory, disk, hlc }: NodeFoundation,
  coordinator: () => Coordinator,
): Pick<HintServiceParts, 'log' | 'boot' | 'nowMs' | 'isDiskFull' | 'send' | 'reportCorrupt'> {
  return {
    isDiskFull: () => disk.refuse() !== undefined,
    log: env.log.child('hints'),
    boot: directory.boot.boot,
    nowMs: () => hlc.ownMs(),
    send: (to, envelope, done) => {
      coordinator().send(to, envelope, done);
    },
    reportCorrupt: (copy) => {
      coordinator().reportCorrupt(copy);
    },
  };
}

function peerMemoryOf({ env, directory, readiness }: NodeFoundation): PeerMemoryKeeper {
  return new PeerMemoryKeeper({
    storage: directory.meta,
    stored: directory.peers,
    clock: env.clock,
    onFailed: (error) => {
      readiness.fail(error);
    },
  });
}

function helloOf(
  { directory, store, clusterId }: NodeFoundation,
  metadata: () => ClusterMetadata | undefined,
): () => Hello {
  return () => {
    const state = metadata();
    return {
      clusterId: clusterId(),
      nodeId: directory.nodeId,
      name: directory.name,
      ...directory.boot,
      sequence: store.openedSequence(),
      wireMin: WIRE_VERSION.min,
      wireMax: WIRE_VERSION.max,
      format: METADATA_FORMAT,
      history: state && historyOf(state),
    };
  };
}
