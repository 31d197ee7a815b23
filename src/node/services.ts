import type { KvError } from './core/errors.js';
import type { DataReply, DataRequest } from './core/messages.js';
import type {
  ClusterMetadata,
  MetadataChange,
  Namespace,
  NodeId,
} from './core/metadata/cluster-metadata.js';
import type { Placement } from './core/ring/placement.js';
import type { Ring } from './core/ring/ring.js';
import type { Token } from './core/ring/token.js';
import type { Owners } from './core/topology/owners.js';
import type { Stamp, Version } from './core/version/version.js';
import type { EventView } from './core/views/event-views.js';
import type { LivenessState, SightingView } from './core/views/node-views.js';
import type { PeerLink } from './env/transport.js';

/**
 * What the procedures of a node ask of each other. Each is implemented by one folder and wired in `node.ts`;
 * nobody reaches into another's folder for more than this.
 */

/** One epoch of cluster metadata with what is derived from it once: frozen, replaced whole when an entry is applied. */
export interface ClusterView {
  readonly metadata: ClusterMetadata;
  readonly ring: Ring;
  /** Replica sets under the replication of a namespace, in the ring as it is; built once per epoch and namespace. */
  placementOf(namespace: Namespace): Placement;
  /** Who holds a token, now and after the plan that runs. */
  ownersOf(namespace: Namespace, token: Token): Owners;
  /** The ring after the plan that runs, or that is prepared; undefined when there is none. */
  readonly planned: PlannedView | undefined;
}

/** What a plan makes of the ring. */
export interface PlannedView {
  readonly ring: Ring;
  placementOf(namespace: Namespace): Placement;
}

/** The truth about the cluster, as far as this node has applied it (node/metadata). */
export interface MetadataService {
  /** Undefined until the node belongs to a cluster. */
  current(): ClusterView | undefined;
  /** Resolves when the epoch is applied. @throws KvError KV_EPOCH_CHANGED when `remainingMs` ends first. */
  catchUp(epoch: number, remainingMs: number): Promise<ClusterView>;
  /** Ensures an opened epoch, proposing `open` when need be. @throws KvError KV_NO_VOTER_MAJORITY */
  open(remainingMs: number): Promise<ClusterView>;
  /**
   * Proposes what `decide` makes of the newest state, again after each lost race, until it is decided;
   * `decide` returns undefined when nothing is left to do.
   * @throws KvError KV_NO_VOTER_MAJORITY, or what `decide` throws
   */
  change(
    decide: (view: ClusterView) => MetadataChange | undefined,
    remainingMs: number,
  ): Promise<ClusterView>;
  /** Calls back after each applied epoch, until the returned function is called. */
  subscribe(listener: (view: ClusterView) => void): () => void;
}

/** Who is believed alive, and why (node/membership). Never says who owns what. */
export interface LivenessService {
  stateOf(nodeId: NodeId): LivenessState;
  sightingOf(nodeId: NodeId): SightingView | undefined;
  sightings(): readonly SightingView[];
  /** Rounds of gossip since the start. */
  round(): number;
  /** Offset of the own clock from the median of the peers, positive when ahead; undefined when nobody answered yet. */
  clockOffsetMs(): number | undefined;
}

/** Links to the other nodes by id, at the address that gossip or metadata last gave (node/membership). */
export interface PeerDirectory {
  /** Undefined for an unknown or removed node. */
  linkTo(nodeId: NodeId): PeerLink | undefined;
  nameOf(nodeId: NodeId): string;
}

/** The node's hybrid logical clock, with its durable ceiling (node/store). */
export interface HlcService {
  /** The reading that replies carry; not unique, never behind what was observed. */
  read(): Stamp;
  /**
   * What this node takes for the time, in ms, also where `read` may not say so: no peer has told its clock since the start, or the ceiling
   * holds it back. For what nobody else is asked about; it must not be told to others, nor merged.
   */
  ownMs(): number;
  /** Merges a stamp of a peer or a record; never refuses. */
  observe(stamp: Stamp): void;
  /** A version above all issued and observed, under the durable ceiling. @throws KvError KV_STORE_FAILED, KV_CLOCK_SKEW */
  issue(): Version;
}

/** The replica procedures of this node: what peers send it, and what its own coordinator asks of it (node/replica). */
export interface ReplicaService {
  /** `done` is called exactly once, possibly before this returns. */
  handle(request: DataRequest, remainingMs: number, done: (reply: DataReply) => void): void;
}

/** A record that replicas should hold and have not confirmed. */
export interface MissedWrite {
  readonly targets: readonly NodeId[];
  readonly namespace: number;
  readonly token: number;
  readonly key: Uint8Array;
  /** Encoded. */
  readonly record: Uint8Array;
}

/** Keeps what replicas missed until they can be told (node/hints). */
export interface HintKeeper {
  /** `done` is called once: true when a hint for each target is durable. What is not kept is marked for repair. */
  keep(missed: MissedWrite, done?: (kept: boolean) => void): void;
}

/** The bounded ring buffer of what happened (node/status). */
export interface EventSink {
  emit(event: Pick<EventView, 'kind' | 'severity' | 'message'>): void;
}

/** Whether the node may serve, and why not. */
export interface Readiness {
  /** Undefined when it serves; else the error to answer with. */
  notReady(): KvError | undefined;
  /** The same for what clients ask for, whom an operator may have sent elsewhere. */
  refusesClients(): KvError | undefined;
  /** The same for its vote on cluster metadata, which it gives also while it drains. */
  refusesToVote(): KvError | undefined;
  /** Stops acknowledgements for good, until a restart: a failed write or fsync, a clone. */
  fail(error: KvError): void;
}
