import type { PlanStep } from '../topology/topology-plan.js';
import type { EndedPlan, MembershipState } from '../metadata/cluster-metadata.js';
import type { LivenessState } from './node-views.js';
import type { PlanReport } from './plan-views.js';

/** One thing that is staged, or that a plan changes. */
export interface PlannedChangeView {
  readonly kind: 'join' | 'replace' | 'leave' | 'remove' | 'replication' | 'rebalance';
  /** Name of the node, empty for a replication and where vnodes are handed on. */
  readonly node: string;
  /** Name of the dead node whose place it takes, or empty. */
  readonly replaces: string;
  /** Name of the namespace, empty for nodes. */
  readonly namespace: string;
  /** Copies that the namespace is to have in each data centre; empty for nodes. */
  readonly replication: Readonly<Record<string, number>>;
  /** In a few words: `n4 joins`. */
  readonly text: string;
}

/** What one node has to do with a plan. Shares are of the ring, 0..1, in the namespace `default`. */
export interface PlanNodeView {
  readonly node: string;
  readonly membership: MembershipState;
  readonly liveness: LivenessState;
  /** Share of the keys that it holds a copy of, now and after the plan. */
  readonly holds: number;
  readonly holdsAfter: number;
  /** Share of the keys that it gets a copy of. */
  readonly gains: number;
  /** Bytes of records that come with it, as far as can be told from what the nodes hold now. */
  readonly gainsBytes: number;
  /** Bytes that it holds now, and that are free on its disk; undefined when it did not answer. */
  readonly loadBytes: number | undefined;
  readonly diskFreeBytes: number | undefined;
  /** How far it is with the plan that runs; undefined when it has not said. */
  readonly report: PlanReport | undefined;
}

/** One thing that must hold before a plan begins. */
export interface PlanCheck {
  readonly name: 'running' | 'dead' | 'quorum' | 'up' | 'copies' | 'disk' | 'release';
  readonly passed: boolean;
  readonly message: string;
}

/** What would move, or moves. */
export interface PlanPreview {
  /** Pieces of the ring, all of them and those that move, over all namespaces. */
  readonly ranges: number;
  readonly movingRanges: number;
  /** Bytes that are moved in all, as far as can be told, and how long that takes at the highest rate. */
  readonly movedBytes: number;
  readonly movedMs: number;
  readonly nodes: readonly PlanNodeView[];
  readonly checks: readonly PlanCheck[];
}

/** The plan that runs. */
export interface PlanView {
  readonly id: number;
  readonly step: PlanStep;
  readonly paused: boolean;
  /** Name of the node that is to join and is down, for which it is paused; empty when somebody has paused it, or it is not paused. */
  readonly pausedFor: string;
  readonly changes: readonly PlannedChangeView[];
  /** Why the next step does not come, as whoever drives it says; empty when nothing is in the way. */
  readonly waitsFor: string;
  /** Name of the node that drives it, as the node that answers sees it; empty while no voter is up. */
  readonly driver: string;
  /** For how long it has not come on, as whoever drives it says; 0 while it is paused. */
  readonly stalledMs: number;
}

/** What changes, or is to change, of the ring. */
export interface TopologyView {
  readonly viewedFrom: string;
  readonly cluster: string;
  readonly epoch: number;
  readonly staged: readonly PlannedChangeView[];
  readonly plan: PlanView | undefined;
  /** Of the plan that runs, else of what is staged; undefined when there is neither. */
  readonly preview: PlanPreview | undefined;
  /** The last plans that have ended, the newest at the end. */
  readonly ended: readonly EndedPlan[];
  /** So fast is a node that gains ranges given records, at most. */
  readonly streamBytesPerSecond: number;
}

/** How strictly it is looked whether a plan may begin: `enabled` asks only for what keeps data, `skip` only that no other plan runs, and that who is called dead is down. */
export type PlanChecks = 'strict' | 'enabled' | 'skip';

/** What is asked to change. Nodes and namespaces by name. */
export type TopologyChange =
  | { readonly action: 'leave' | 'remove' | 'forget'; readonly node: string }
  | { readonly action: 'replace'; readonly node: string; readonly by: string }
  | {
      readonly action: 'replicate';
      readonly namespace: string;
      readonly replication: Readonly<Record<string, number>>;
    }
  | {
      readonly action: 'rebalance';
      readonly moves: readonly { readonly token: number; readonly to: string }[];
    }
  | { readonly action: 'discard'; readonly node: string | undefined }
  | { readonly action: 'commit' }
  /** Gives the cluster other voters when a majority is lost for good; without most of the nodes only when that is meant. */
  | { readonly action: 'recover'; readonly isMinorityMeant: boolean }
  | { readonly action: 'maintain' | 'serve'; readonly node: string }
  /** How fast records are moved; undefined for the usual rate. */
  | { readonly action: 'limit'; readonly bytesPerSecond: number | undefined }
  | { readonly action: 'pause' | 'resume' | 'cancel'; readonly plan: number };

/** How it is to be changed. */
export interface TopologyOrder {
  readonly change: TopologyChange;
  readonly checks: PlanChecks;
  /** What is staged by it is begun at once; refused when something else is staged. */
  readonly commit: boolean;
  /** Nothing is changed; the view is as if it had been. */
  readonly dryRun: boolean;
  /** The texts of all changes that are to be begun, as they were shown to whoever begins them; otherwise it is refused. Absent: those that are checked. */
  readonly expected?: readonly string[] | undefined;
}
