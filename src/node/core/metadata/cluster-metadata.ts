import type { ClusterSettings } from '../settings.js';
import type { PlannedChange, PlanStep, TopologyPlan } from '../topology/topology-plan.js';

/** 16 hex digits, random, never used again after a removal. */
export type NodeId = string;

/** The newest format of metadata that this code knows: 1, 2 with changes of namespaces, 3 with plans. */
export const METADATA_FORMAT = 3;

export interface NodeAddresses {
  /** One host for the three ports, as other machines reach it. */
  readonly host: string;
  readonly clientPort: number;
  readonly peerPort: number;
  readonly httpPort: number;
}

/** What a node says of itself when it joins, and again when it comes back elsewhere. */
export interface NodeDescriptor {
  readonly nodeId: NodeId;
  readonly name: string;
  readonly host: string;
  readonly rack: string;
  readonly dc: string;
  readonly addresses: NodeAddresses;
  /** Version of kv that it runs. */
  readonly release: string;
}

export type MembershipState = 'joining' | 'normal' | 'leaving' | 'removed';

export interface Member extends NodeDescriptor {
  readonly state: MembershipState;
  /** Sorted multiples of 4096; empty for a removed node. */
  readonly tokens: readonly number[];
  readonly joinedEpoch: number;
}

/** What a namespace is asked to be. */
export interface NamespaceSpec {
  readonly name: string;
  readonly mode: 'lww';
  /** Copies per data centre; undefined means the cluster default in every data centre there is. */
  readonly replication: Readonly<Record<string, number>> | undefined;
  /** Life of a value that is put without one, in ms; undefined means for ever. */
  readonly defaultTtlMs: number | undefined;
  /** Level of an operation that names none. */
  readonly defaultLevel: string;
}

/** A set of keys with its own replication; its id is the epoch that created it, so that one which is dropped and made again is another one. */
export interface Namespace extends NamespaceSpec {
  readonly id: number;
}

/** Truth about the cluster at one epoch: the fold of all metadata entries up to it. */
export interface ClusterMetadata {
  readonly epoch: number;
  readonly clusterId: string;
  readonly clusterName: string;
  /** A node that knows only older formats must stop. */
  readonly minFormat: number;
  readonly members: readonly Member[];
  readonly voters: readonly NodeId[];
  /** False until the first write: nobody may hold data yet, so nodes may join without streaming. */
  readonly opened: boolean;
  readonly settings: ClusterSettings;
  readonly namespaces: readonly Namespace[];
  /** The last epoch that changed who owns what; older plans are fenced. */
  readonly placementEpoch: number;
  /** Changes that wait to be committed as one plan; absent when there are none. */
  readonly staged?: readonly PlannedChange[] | undefined;
  /** The change of the ring that is under way. */
  readonly plan?: TopologyPlan | undefined;
  /** The last plans that have ended, the newest at the end; absent before the first has. */
  readonly ended?: readonly EndedPlan[] | undefined;
}

/** How a plan has ended. */
export interface EndedPlan {
  readonly id: number;
  readonly end: PlanEnd;
  /** The epoch in which it did. */
  readonly epoch: number;
  /** What it was about, in words: the nodes may be gone. */
  readonly changes: readonly string[];
}

/** What an entry does; results, never commands, so that two versions of the code cannot compute two rings. */
export type MetadataChange =
  | {
      readonly kind: 'init';
      readonly clusterId: string;
      readonly clusterName: string;
      readonly settings: ClusterSettings;
      readonly member: NodeDescriptor;
      readonly tokens: readonly number[];
    }
  | { readonly kind: 'join'; readonly member: NodeDescriptor; readonly tokens: readonly number[] }
  | { readonly kind: 'update'; readonly member: NodeDescriptor }
  | { readonly kind: 'remove'; readonly nodeId: NodeId }
  | { readonly kind: 'voters'; readonly voters: readonly NodeId[] }
  | { readonly kind: 'open' }
  | { readonly kind: 'create-namespace'; readonly namespace: NamespaceSpec }
  /** The new defaults, whole. */
  | ({ readonly kind: 'alter-namespace'; readonly id: number } & NamespaceDefaults)
  | { readonly kind: 'drop-namespace'; readonly id: number }
  | {
      readonly kind: 'stage-join';
      readonly member: NodeDescriptor;
      readonly tokens: readonly number[];
      /** The dead member whose tokens these are. */
      readonly replaces: NodeId | undefined;
    }
  | { readonly kind: 'stage-leave'; readonly nodeId: NodeId; readonly isDead: boolean }
  | {
      readonly kind: 'stage-replication';
      readonly namespace: number;
      readonly replication: Readonly<Record<string, number>>;
    }
  /** Drops what is staged: of one node, or all. */
  | { readonly kind: 'discard'; readonly nodeId: NodeId | undefined }
  | { readonly kind: 'begin-plan' }
  /** Names what it steps from, by the plan, so that two drivers cannot both advance. */
  | { readonly kind: 'step-plan'; readonly plan: number; readonly to: PlanStep | PlanEnd }
  | { readonly kind: 'pause-plan'; readonly plan: number; readonly paused: boolean };

/** How a plan is over. */
export type PlanEnd = 'done' | 'cancelled';

/** What of a namespace may change while it holds data. */
export type NamespaceDefaults = Pick<NamespaceSpec, 'defaultTtlMs' | 'defaultLevel'>;

/** One decided step of the log: entry N+1 applies to state N only. */
export interface MetadataEntry {
  readonly epoch: number;
  /** 16 hex digits, unique, so that a retried proposal cannot apply twice. */
  readonly id: string;
  readonly change: MetadataChange;
}
