import type { Outcome } from './errors.js';
import type { MembershipState } from './metadata/cluster-metadata.js';

/**
 * What people and programs are shown of a cluster: the same facts for tables, JSON and the dashboard.
 * Fractions are 0..1, sizes bytes, durations milliseconds, rates per second; undefined means not known.
 */
export type LivenessState = 'up' | 'suspect' | 'down';

/** One word for a node: its liveness, unless its membership is not normal. */
export type ShownState = LivenessState | Exclude<MembershipState, 'normal'>;

export type Health = 'HEALTHY' | 'DEGRADED' | 'CRITICAL' | 'UNKNOWN';

/** What one node sees of another through gossip. */
export interface SightingView {
  readonly nodeId: string;
  readonly name: string;
  readonly liveness: LivenessState;
  /** How long it has been so. */
  readonly forMs: number;
  /** Why: `phi 1.6`, `no answer to 1 direct and 3 indirect probes`. */
  readonly reason: string;
  readonly boot: number;
  readonly heartbeat: number;
  readonly heartbeatAgeMs: number;
  readonly phi: number | undefined;
  readonly roundTripMs: number | undefined;
  readonly clockOffsetMs: number | undefined;
  readonly release: string;
}

/** Latency and rate of one kind of operation over the last minute. */
export interface OperationView {
  readonly perSecond: number;
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
}

/** What one node keeps for another that missed writes. */
export interface HintReport {
  /** Id of the node that missed them. */
  readonly target: string;
  readonly count: number;
  readonly bytes: number;
  readonly oldestAgeMs: number;
  /** How long the oldest is still kept. */
  readonly windowLeftMs: number;
  /** Bytes per second that are replayed now. */
  readonly bytesPerSecond: number;
  readonly state: 'waiting' | 'replaying' | 'paused';
}

/** What a node says of itself and of the others when another node asks. */
export interface NodeReport {
  readonly nodeId: string;
  readonly name: string;
  readonly epoch: number;
  readonly ringHash: string;
  readonly boot: number;
  readonly uptimeMs: number;
  readonly ready: boolean;
  /** Why it is not ready, or empty. */
  readonly notReadyReason: string;
  /** Why it takes no writes while it answers reads, or empty. */
  readonly writesRefused: string;
  readonly loadBytes: number;
  /** Client operations that this node coordinated. */
  readonly reads: OperationView;
  readonly writes: OperationView;
  readonly sequence: number;
  readonly release: string;
  readonly nodeVersion: string;
  readonly pid: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
  readonly eventLoopDelayP99Ms: number;
  readonly clockOffsetMs: number | undefined;
  readonly diskFreeBytes: number | undefined;
  readonly clientStreams: number;
  readonly queuedBytes: number;
  readonly gossipRound: number;
  readonly sightings: readonly SightingView[];
  /** What it keeps for others. */
  readonly hints: readonly HintReport[];
  /** Slots of the ring that need a repair, because hints for them could not be kept to their end. */
  readonly repairMarkedSlots: number;
}

/** What may be done with hints: a purge gives them up, and marks their slots for repair. */
export type HintsAction = 'pause' | 'resume' | 'replay' | 'purge';

/** What one node has done with its hints. */
export interface HintsDone {
  readonly node: string;
  /** Hints concerned: that are kept, or were purged. */
  readonly hints: number;
}

export interface AskError {
  readonly code: string;
  readonly message: string;
}

/** One row of `kv status` and `kv node list`. */
export interface NodeView {
  readonly nodeId: string;
  readonly name: string;
  readonly state: ShownState;
  readonly liveness: LivenessState;
  readonly membership: MembershipState;
  readonly forMs: number;
  readonly reason: string;
  /** True for the node that answers. */
  readonly viewing: boolean;
  readonly address: string;
  readonly peerAddress: string;
  readonly httpAddress: string;
  readonly host: string;
  readonly rack: string;
  readonly dc: string;
  readonly vnodes: number;
  readonly voter: boolean;
  /** Share of the keys it is the first replica of. */
  readonly primary: number;
  /** Share of the keys it holds a copy of. */
  readonly holds: number;
  readonly phi: number | undefined;
  readonly heartbeatAgeMs: number | undefined;
  /** What the node said when asked; undefined when it did not answer. */
  readonly report: NodeReport | undefined;
  readonly error: AskError | undefined;
}

export interface AlertView {
  readonly severity: 'warn' | 'bad';
  /** `KV_NODE_DOWN`, `KV_CLOCK_SKEW`, `KV_NO_VOTER_MAJORITY` ... */
  readonly code: string;
  readonly node: string | undefined;
  readonly message: string;
  /** Commands worth trying. */
  readonly hints: readonly string[];
}

/** Ranges of the ring by how many of their copies are alive. */
export interface RangesView {
  readonly total: number;
  readonly full: number;
  readonly degraded: number;
  readonly noQuorum: number;
}

export interface StatusView {
  readonly clusterId: string;
  readonly cluster: string;
  readonly health: Health;
  readonly viewedFrom: string;
  readonly atMs: number;
  readonly opened: boolean;
  readonly replicationFactor: number;
  /** Copies that each range really has: min(RF, eligible nodes). */
  readonly effectiveReplication: number;
  readonly ring: {
    readonly hash: string;
    readonly epoch: number;
    readonly agreed: number;
    readonly asked: number;
  };
  readonly ranges: RangesView;
  readonly voters: { readonly total: number; readonly alive: number };
  readonly reads: OperationView;
  readonly writes: OperationView;
  readonly loadBytes: number;
  readonly nodes: readonly NodeView[];
  readonly alerts: readonly AlertView[];
}

export interface RangeView {
  readonly start: number;
  /** Exclusive; less than or equal to `start` when the range wraps. */
  readonly end: number;
  /** Names, in preference order. */
  readonly replicas: readonly string[];
}

export interface RingNodeView {
  readonly name: string;
  readonly state: ShownState;
  readonly rack: string;
  readonly dc: string;
  readonly vnodes: number;
  readonly primary: number;
  readonly holds: number;
  /** Share of each 1/40 of the token space that it is the first replica of. */
  readonly strip: readonly number[];
}

export interface BalanceView {
  readonly dc: string;
  /** Undefined for the whole data centre. */
  readonly rack: string | undefined;
  /** Largest replicated share over the mean. */
  readonly maxOverMean: number;
}

export interface RingView {
  readonly viewedFrom: string;
  readonly cluster: string;
  readonly hash: string;
  readonly epoch: number;
  readonly agreed: number;
  readonly asked: number;
  readonly replicationFactor: number;
  readonly nodes: readonly RingNodeView[];
  readonly balance: readonly BalanceView[];
  readonly replicaSets: {
    readonly distinct: number;
    readonly spanningRacks: number;
    readonly spanningHosts: number;
    readonly total: number;
  };
  /** Every range, when asked for; empty otherwise. */
  readonly ranges: readonly RangeView[];
}

export interface OwnerView {
  readonly node: string;
  readonly rack: string;
  readonly role: 'primary' | 'replica';
  readonly state: ShownState;
  readonly forMs: number;
  /** `present`, `tombstone`, `missing`, `corrupt`, or `unknown` when it did not answer. */
  readonly copy: 'present' | 'tombstone' | 'missing' | 'corrupt' | 'unknown';
  readonly sizeBytes: number | undefined;
  readonly version: string | undefined;
  readonly error: AskError | undefined;
}

export interface OwnersView {
  readonly viewedFrom: string;
  readonly key: Uint8Array;
  readonly token: number;
  readonly range: { readonly start: number; readonly end: number };
  readonly quorum: number;
  readonly alive: number;
  readonly replicas: readonly OwnerView[];
}

export interface GossipNodeView extends SightingView {
  readonly state: ShownState;
  readonly self: boolean;
  /** How many of the nodes that answered see it up, and how many answered. */
  readonly upIn: number;
  readonly askedIn: number;
}

export interface GossipView {
  readonly viewedFrom: string;
  readonly round: number;
  readonly intervalMs: number;
  readonly fanout: number;
  readonly suspectPhi: number;
  readonly ring: { readonly hash: string; readonly agreed: number; readonly asked: number };
  readonly nodes: readonly GossipNodeView[];
  /** One row per node: what it sees; undefined `sees` when it did not answer. */
  readonly observers: readonly ObserverView[];
}

export interface ObserverView {
  readonly node: string;
  readonly sees: Readonly<Record<string, LivenessState>> | undefined;
}

/** Something that happened to a node, with its reason. */
export interface EventView {
  /** Grows by one per event of a node; gaps mean that events were dropped. */
  readonly sequence: number;
  readonly atMs: number;
  /** Node that saw it. */
  readonly node: string;
  readonly kind: 'gossip' | 'metadata' | 'store' | 'node' | 'clock' | 'transport' | 'hint';
  readonly severity: 'info' | 'warn' | 'bad';
  readonly message: string;
}

/** `kv node show N`: the row, and what only the node itself can say. */
export interface NodeDetailView {
  readonly viewedFrom: string;
  readonly cluster: string;
  readonly node: NodeView;
  /** How the other nodes see it. */
  readonly seenBy: readonly {
    readonly node: string;
    readonly liveness: LivenessState | undefined;
    readonly phi: number | undefined;
    readonly heartbeatAgeMs: number | undefined;
  }[];
  readonly storage: readonly { readonly name: string; readonly value: string }[];
}

/** What `Describe` tells anybody who may connect: enough to join, and to route. */
export interface DescribeView {
  readonly clusterId: string;
  readonly cluster: string;
  readonly nodeId: string;
  readonly name: string;
  readonly release: string;
  readonly epoch: number;
  readonly opened: boolean;
  readonly replicationFactor: number;
  readonly valueBytesMax: number;
  readonly nodes: readonly DescribedNode[];
}

/** A member as a routing client or a joining node needs it. */
export interface DescribedNode {
  readonly nodeId: string;
  readonly name: string;
  readonly membership: MembershipState;
  readonly liveness: LivenessState;
  readonly host: string;
  readonly rack: string;
  readonly dc: string;
  readonly addressHost: string;
  readonly clientPort: number;
  readonly peerPort: number;
  readonly httpPort: number;
  readonly tokens: readonly number[];
}

/** One tick of the live view: a whole state, so that a dropped tick costs nothing; events are never dropped silently. */
export interface WatchTick {
  readonly status: StatusView;
  readonly ring: RingView;
  readonly gossip: GossipView;
  /** Events since the tick before. */
  readonly events: readonly EventView[];
}

export interface TraceStep {
  readonly node: string;
  /** `route`, `full read`, `digest`, `write`, `repair`, `reply` ... */
  readonly what: string;
  readonly startMs: number;
  readonly tookMs: number | undefined;
  readonly note: string;
}

/** How one operation went, hop by hop, in ms since the coordinator received it. */
export interface TraceView {
  readonly operation: string;
  readonly coordinator: string;
  readonly coordinatorIsReplica: boolean;
  readonly level: string;
  readonly needed: number;
  readonly replicas: number;
  readonly tookMs: number;
  readonly outcome: 'ok' | Outcome;
  readonly readRepair: string;
  readonly steps: readonly TraceStep[];
}
