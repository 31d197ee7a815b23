import type { LogHistory } from './metadata/recoveries.js';
import type { ErrorCode } from './errors.js';
import type {
  ClusterMetadata,
  MetadataEntry,
  NodeDescriptor,
  NodeId,
} from './metadata/cluster-metadata.js';
import type { Ballot } from './paxos/ballot.js';
import type { Stamp, Version } from './version/version.js';
import type { NodeReport } from './views/node-views.js';

/** The range of wire versions this code speaks, sent in every hello. */
export const WIRE_VERSION = { min: 1, max: 1 } as const;

/** How a peer introduces itself on every connection; both sides send one. */
export interface Hello {
  /** Empty for a node that has not joined yet and only asks to. */
  readonly clusterId: string;
  readonly nodeId: NodeId;
  readonly name: string;
  /** Times this node has started; its gossip generation. */
  readonly boot: number;
  /** 16 hex digits, fresh at each start: the same boot with another nonce is a clone. */
  readonly nonce: string;
  /** Durable sequence of the store when this start began; one below what an earlier start had means an old disk image. */
  readonly sequence: number;
  readonly wireMin: number;
  readonly wireMax: number;
  /** Newest metadata format the sender knows. */
  readonly format: number;
  /** The past of its metadata log; absent for a node that has none. */
  readonly history?: LogHistory | undefined;
}

// --- data: the hot path, batched per turn over one stream per peer ---

/** A record for a replica to merge into its store. */
export interface WriteRequest {
  readonly kind: 'write';
  /** Epoch of the plan it was routed by. */
  readonly epoch: number;
  readonly namespace: number;
  readonly key: Uint8Array;
  /** Encoded record: the same bytes as on disk. */
  readonly record: Uint8Array;
  /** A record that comes from a quorum read; it may replace a corrupt copy, and a newer copy counts as success. */
  readonly repair: boolean;
  /** It is no news from a client, as a hint: live traffic goes first. */
  readonly background?: boolean | undefined;
}

/** A question to one replica for its copy, or for the version and checksum of it. */
export interface ReadRequest {
  readonly kind: 'read';
  readonly epoch: number;
  readonly namespace: number;
  readonly key: Uint8Array;
  readonly mode: 'value' | 'digest';
  /** Clock of the coordinator, which the replica merges. */
  readonly stamp: Stamp;
}

/** A corrupt copy is to go: a quorum of the other replicas has none of the key. A copy that is whole stays. */
export interface DiscardRequest {
  readonly kind: 'discard';
  readonly epoch: number;
  readonly namespace: number;
  readonly key: Uint8Array;
}

export type DataRequest = WriteRequest | ReadRequest | DiscardRequest;

/** Identifies one copy without its bytes; two equal digests are equal records. */
export interface RecordDigest {
  readonly version: Version;
  /** CRC-32C that the record carries. */
  readonly checksum: number;
  readonly tombstone: boolean;
  /** Absolute expiry of the record; lets `exists` judge it without the bytes. */
  readonly expiresAtMs: number | undefined;
  /** Length of the value. */
  readonly sizeBytes: number;
}

/** Answer of one replica. Stamps are the replica's clock after merging. */
export type DataReply =
  | { readonly kind: 'written'; readonly stamp: Stamp }
  /** The replica holds something newer; the write was not applied and does not count. */
  | { readonly kind: 'superseded'; readonly version: Version; readonly stamp: Stamp }
  | { readonly kind: 'value'; readonly record: Uint8Array | undefined; readonly stamp: Stamp }
  | { readonly kind: 'digest'; readonly digest: RecordDigest | undefined; readonly stamp: Stamp }
  /** The copy fails its checksum: neither a value nor an absence. */
  | { readonly kind: 'corrupt' }
  /** The plan is older than the last change of the range; `epoch` is what the replica has applied. */
  | { readonly kind: 'fenced'; readonly epoch: number }
  | { readonly kind: 'failed'; readonly code: ErrorCode | 'timeout'; readonly message: string };

// --- control: gossip and probes, over a connection of their own ---

export interface EndpointDigest {
  readonly nodeId: NodeId;
  readonly boot: number;
  /** Highest version known of this endpoint, heartbeat included. */
  readonly version: number;
}

/** One fact a node states about itself. */
export interface EndpointFact {
  readonly name: string;
  readonly value: string;
  readonly version: number;
}

/** What has changed of one endpoint since a version the other side named. */
export interface EndpointDelta {
  readonly nodeId: NodeId;
  readonly boot: number;
  readonly nonce: string;
  readonly heartbeat: number;
  readonly facts: readonly EndpointFact[];
}

export type ControlRequest =
  | {
      readonly kind: 'gossip-digests';
      readonly digests: readonly EndpointDigest[];
      /** False when `digests` is a rotation of a larger table. */
      readonly complete: boolean;
      readonly wallMs: number;
    }
  | { readonly kind: 'gossip-deltas'; readonly deltas: readonly EndpointDelta[] }
  | { readonly kind: 'probe' }
  /** Asks the receiver to probe a third node. */
  | { readonly kind: 'probe-for'; readonly nodeId: NodeId; readonly timeoutMs: number };

export type ControlReply =
  | {
      readonly kind: 'gossip-deltas';
      readonly deltas: readonly EndpointDelta[];
      /** What the receiver wants, from these versions on. */
      readonly wanted: readonly EndpointDigest[];
      readonly wallMs: number;
    }
  | { readonly kind: 'ok' }
  | { readonly kind: 'alive'; readonly wallMs: number }
  | { readonly kind: 'probed'; readonly alive: boolean };

// --- meta: the metadata log, joins, and reports for people; unary ---

/** The last value an acceptor accepted for an epoch. */
export interface AcceptedEntry {
  readonly ballot: Ballot;
  readonly entry: MetadataEntry;
}

export type MetaRequest =
  | {
      readonly kind: 'prepare';
      readonly epoch: number;
      readonly ballot: Ballot;
      /** A majority of the voters is lost: every member is asked, whether it votes or not. */
      readonly recovery?: boolean | undefined;
      /** Of the log of the sender; here and below, so that no connection outlives a recovery unnoticed. */
      readonly history?: LogHistory | undefined;
    }
  | {
      readonly kind: 'accept';
      readonly epoch: number;
      readonly ballot: Ballot;
      readonly entry: MetadataEntry;
      readonly recovery?: boolean | undefined;
      readonly history?: LogHistory | undefined;
    }
  /** Tells a node that an entry is decided. */
  | {
      readonly kind: 'learn';
      readonly entry: MetadataEntry;
      readonly history?: LogHistory | undefined;
    }
  /** Asks for the log after an epoch. */
  | {
      readonly kind: 'pull';
      readonly after: number;
      readonly history?: LogHistory | undefined;
    }
  /** A new node asks to become a member. */
  | { readonly kind: 'join'; readonly member: NodeDescriptor; readonly vnodes: number }
  /** Asks for what the receiver knows, for a view of the whole cluster. */
  | { readonly kind: 'report' };

export type MetaReply =
  | { readonly kind: 'promised'; readonly accepted: AcceptedEntry | undefined }
  | { readonly kind: 'accepted' }
  /** A higher ballot was promised. */
  | { readonly kind: 'rejected'; readonly ballot: Ballot }
  /** The receiver has applied another epoch than the request needs: `epoch` is its own. */
  | { readonly kind: 'behind'; readonly epoch: number }
  | { readonly kind: 'decided'; readonly entry: MetadataEntry }
  | {
      readonly kind: 'log';
      /** Sent when the entries asked for are no longer kept. */
      readonly snapshot: ClusterMetadata | undefined;
      readonly entries: readonly MetadataEntry[];
    }
  | { readonly kind: 'joined'; readonly clusterId: string; readonly epoch: number }
  | { readonly kind: 'report'; readonly report: NodeReport }
  | { readonly kind: 'ok' };
