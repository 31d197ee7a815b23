import type { NodeView, OperationView } from './node-views.js';
import type { PlannedChangeView, PlanView } from './topology-views.js';

export type Health = 'HEALTHY' | 'DEGRADED' | 'CRITICAL' | 'UNKNOWN';

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
  /** Names of the namespaces in which these have none; empty where it is all of them. */
  readonly noQuorumIn: readonly string[];
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
  /** What waits to change the ring. */
  readonly staged: readonly PlannedChangeView[];
  /** The plan that changes the ring; undefined while none runs. */
  readonly plan: PlanView | undefined;
  /** So fast is a node that gains ranges given records, at most. */
  readonly streamBytesPerSecond: number;
}
