import type { MembershipState } from '../metadata/cluster-metadata.js';
import type { DamageReport } from './damage-views.js';
import type { HintReport } from './hint-views.js';
import type { PlanReport } from './plan-views.js';
import type { RepairReport } from './repair-views.js';

/**
 * What people and programs are shown of a cluster: the same facts for tables, JSON and the dashboard.
 * Fractions are 0..1, sizes bytes, durations milliseconds, rates per second; undefined means not known.
 */

export type LivenessState = 'up' | 'suspect' | 'down';

/** One word for a node: its liveness, unless it is alive and joins or leaves, or was removed. */
export type ShownState = LivenessState | Exclude<MembershipState, 'normal'>;

/** That a node is down matters more than that it joins or leaves. */
export function shownStateOf(membership: MembershipState, liveness: LivenessState): ShownState {
  if (membership === 'removed') return membership;
  return membership === 'normal' || liveness === 'down' ? liveness : membership;
}

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

/** Whether a node sends its clients elsewhere, and the bytes of what it still answers them. */
export interface DrainView {
  readonly node: string;
  readonly drained: boolean;
  readonly queuedBytes: number;
}

/** What a node says of itself and of the others when another node asks. */
export interface NodeReport extends RepairReport {
  readonly nodeId: string;
  readonly name: string;
  readonly epoch: number;
  readonly ringHash: string;
  readonly boot: number;
  readonly uptimeMs: number;
  readonly ready: boolean;
  /** Why it is not ready, or empty. */
  readonly notReadyReason: string;
  /** An operator has sent its clients elsewhere; it goes on as a replica. */
  readonly drained: boolean;
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
  /** What it has found that it cannot read of its store. */
  readonly damage: DamageReport;
  /** How far it is with the plan that runs; undefined while none does. */
  readonly planReport?: PlanReport | undefined;
  /** Why the next step of the plan does not come, where this node drives it; else empty. */
  readonly planWaitsFor?: string | undefined;
  /** For how long the plan has not come on, where this node drives it; else 0. */
  readonly planStalledMs?: number | undefined;
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
  /** An operator works on it: its being down is no alarm, and it takes no clients. */
  readonly maintenance: boolean;
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
