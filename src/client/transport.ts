import type { KvError } from '../node/core/errors.js';
import type { ClientRequest, ClientResult } from '../node/core/operations.js';
import type { DescribeView } from '../node/core/views/describe-views.js';
import type { EventView, WatchTick } from '../node/core/views/event-views.js';
import type { GossipView } from '../node/core/views/gossip-views.js';
import type { HintsAction, HintsDone } from '../node/core/views/hint-views.js';
import type {
  NamespaceChange,
  NamespaceChanged,
  NamespacesView,
} from '../node/core/views/namespace-views.js';
import type { DrainView, NodeDetailView } from '../node/core/views/node-views.js';
import type { RepairAnswer, RepairCall } from '../node/core/views/repair-views.js';
import type { OwnersQuery, OwnersView, RingView } from '../node/core/views/ring-views.js';
import type {
  StorageJobRequest,
  StorageJobView,
  StorageView,
  TombstonesView,
} from '../node/core/views/storage-views.js';
import type { TopologyOrder, TopologyView } from '../node/core/views/topology-views.js';
import type { StatusView } from '../node/core/views/status-views.js';

/** A client listener of a node. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** The administrative questions that any node answers for the whole cluster. */
export interface AdminCalls {
  describe(timeoutMs: number): Promise<DescribeView>;
  status(timeoutMs: number): Promise<StatusView>;
  ring(options: { readonly all: boolean }, timeoutMs: number): Promise<RingView>;
  /** Plans, begins, shows or ends repairs that the node that is asked drives. */
  repair(call: RepairCall, timeoutMs: number): Promise<RepairAnswer>;
  owners(key: Uint8Array, options: OwnersQuery, timeoutMs: number): Promise<OwnersView>;
  gossip(timeoutMs: number): Promise<GossipView>;
  node(name: string, timeoutMs: number): Promise<NodeDetailView>;
  events(options: { readonly limit: number }, timeoutMs: number): Promise<readonly EventView[]>;
  /** Does something with the hints of the node that is asked; an empty target is all nodes that missed writes. */
  hints(action: HintsAction, target: string, timeoutMs: number): Promise<HintsDone>;
  /** The store of the node that is asked. */
  storage(timeoutMs: number): Promise<StorageView>;
  /** The deletes that the node that is asked still keeps. */
  tombstones(timeoutMs: number): Promise<TombstonesView>;
  /** Work on the store of the node that is asked. */
  storageJob(request: StorageJobRequest, timeoutMs: number): Promise<StorageJobView>;
  namespaces(timeoutMs: number): Promise<NamespacesView>;
  changeNamespace(change: NamespaceChange, timeoutMs: number): Promise<NamespaceChanged>;
  topology(timeoutMs: number): Promise<TopologyView>;
  /** Resolves when it is decided; a plan that it begins goes on. */
  changeTopology(order: TopologyOrder, timeoutMs: number): Promise<TopologyView>;
  /** Sends the clients of the node that is asked elsewhere, or takes them again. */
  drain(drained: boolean, timeoutMs: number): Promise<DrainView>;
  /** Ticks until `signal` aborts (then it ends quietly) or the stream breaks (then it throws). */
  watch(options: { readonly intervalMs: number }, signal: AbortSignal): AsyncIterable<WatchTick>;
}

/**
 * A connection to one node, with one long-lived session stream that carries all operations of a turn together.
 * Failures are KvErrors: KV_UNREACHABLE when nothing was sent, the node's own codes otherwise; when the stream broke, or the deadline
 * passed, after a write was sent: KV_WRITE_TIMEOUT with outcome `unknown`; for a read KV_READ_TIMEOUT.
 */
export interface ClientConnection extends AdminCalls {
  readonly endpoint: Endpoint;
  state(): 'idle' | 'connecting' | 'ready' | 'broken';
  /** `done` is called exactly once. */
  operate(
    request: ClientRequest,
    remainingMs: number,
    done: (result: ClientResult | KvError) => void,
  ): void;
  close(): void;
}

/** How a client reaches nodes: gRPC in production, function calls in the simulator. */
export interface ClientTransport {
  /** A connection object; nothing is dialled before the first call. */
  connect(endpoint: Endpoint): ClientConnection;
}
