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
  /** When the log was given other voters, since a majority of them was lost; the newest at the end, absent when it never was. */
  readonly recoveries?: readonly LogRecovery[] | undefined;
  /** Members whose being down is no alarm, and that take no clients; absent when there are none. */
  readonly maintenance?: readonly NodeId[] | undefined;
  /** So fast is a node that gains ranges given records, at most; absent for the usual rate. */
  readonly streamBytesPerSecond?: number | undefined;
  /** The last plans that have ended, the newest at the end; absent before the first has. */
  readonly ended?: readonly EndedPlan[] | undefined;
}

/** An epoch that the nodes that were left decided, without the voters of the one before. */
export interface LogRecovery {
  readonly epoch: number;
  /** Of its entry: it tells two histories of one cluster apart. */
  readonly id: string;
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
  | {
      readonly kind: 'stage-leave';
      readonly nodeId: NodeId;
      readonly isDead: boolean;
      readonly isForgotten?: boolean | undefined;
    }
  | {
      readonly kind: 'stage-replication';
      readonly namespace: number;
      readonly replication: Readonly<Record<string, number>>;
    }
  | {
      readonly kind: 'stage-rebalance';
      readonly moves: readonly { readonly token: number; readonly to: NodeId }[];
    }
  /** Drops what is staged: of one node, or all. */
  | { readonly kind: 'discard'; readonly nodeId: NodeId | undefined }
  | { readonly kind: 'begin-plan' }
  /** Names what it steps from, by the plan, so that two drivers cannot both advance. */
  | { readonly kind: 'step-plan'; readonly plan: number; readonly to: PlanStep | PlanEnd }
  /** Decided by all nodes that were left when a majority of the voters was lost. */
  | { readonly kind: 'recover'; readonly voters: readonly NodeId[] }
  | { readonly kind: 'maintain'; readonly nodeId: NodeId; readonly on: boolean }
  /** How fast records are moved; absent for the usual rate. */
  | { readonly kind: 'limit-streams'; readonly bytesPerSecond?: number | undefined }
  | {
      readonly kind: 'pause-plan';
      readonly plan: number;
      readonly paused: boolean;
      /** The node that it waits for; absent when somebody asked for it. */
      readonly pausedFor?: NodeId | undefined;
    };

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
