import { AdminService } from '../../generated/kv/v1/admin.js';
import { KvError } from '../../node/core/errors.js';
import type { ClientRequest, ClientResult } from '../../node/core/operations.js';
import type { DescribeView } from '../../node/core/views/describe-views.js';
import type { EventView, WatchTick } from '../../node/core/views/event-views.js';
import type { GossipView } from '../../node/core/views/gossip-views.js';
import type { HintsAction, HintsDone } from '../../node/core/views/hint-views.js';
import type {
  NamespaceChange,
  NamespaceChanged,
  NamespacesView,
} from '../../node/core/views/namespace-views.js';
import type { DrainView, NodeDetailView } from '../../node/core/views/node-views.js';
import type { RepairAnswer, RepairCall } from '../../node/core/views/repair-views.js';
import type { OwnersQuery, OwnersView, RingView } from '../../node/core/views/ring-views.js';
import type { StatusView } from '../../node/core/views/status-views.js';
import type {
  StorageJobRequest,
  StorageJobView,
  StorageView,
  TombstonesView,
} from '../../node/core/views/storage-views.js';
import type { ClientConnection, Endpoint } from '../transport.js';
import { addressOf, Connection } from './connection.js';
import type { SystemEnv } from './system-env.js';
import { SessionStream } from './session-stream.js';
import { watchTicks } from './watch-ticks.js';
import { BadFrame } from './wire/bad-frame.js';
import { gossipFromMessage } from './wire/gossip-message.js';
import {
  changeToMessage,
  namespaceChangedFromMessage,
  namespacesFromMessage,
} from './wire/namespace-message.js';
import { repairAnswerFromMessage, repairCallToMessage } from './wire/repair-job-message.js';
import { describeFromMessage, ownersFromMessage, ringFromMessage } from './wire/ring-message.js';
import {
  eventFromMessage,
  nodeDetailFromMessage,
  statusFromMessage,
} from './wire/status-message.js';
import { orderToMessage, topologyFromMessage } from './wire/topology-message.js';
import type { TopologyOrder, TopologyView } from '../../node/core/views/topology-views.js';
import {
  storageFromMessage,
  storageJobFromMessage,
  tombstonesFromMessage,
} from './wire/storage-message.js';

/** One node over gRPC: operations over a session, questions as unary calls, on one connection. */
export class GrpcClientConnection implements ClientConnection {
  readonly endpoint: Endpoint;
  readonly #connection: Connection;
  readonly #session: SessionStream;

  constructor(endpoint: Endpoint, env: SystemEnv, dialMs: number | undefined) {
    this.endpoint = endpoint;
    this.#connection = new Connection(endpoint, env.clock, { dialMs });
    this.#session = new SessionStream(this.#connection, env);
  }

  state(): ReturnType<ClientConnection['state']> {
    return this.#session.state();
  }

  operate(
    request: ClientRequest,
    remainingMs: number,
    done: (result: ClientResult | KvError) => void,
  ): void {
    this.#session.operate(request, remainingMs, done);
  }

  describe(timeoutMs: number): Promise<DescribeView> {
    const answer = this.#connection.unary(AdminService.describe, {}, timeoutMs);
    return this.#read(answer, describeFromMessage);
  }

  status(timeoutMs: number): Promise<StatusView> {
    const answer = this.#connection.unary(AdminService.status, {}, timeoutMs);
    return this.#read(answer, statusFromMessage);
  }

  ring(options: { readonly all: boolean }, timeoutMs: number): Promise<RingView> {
    const answer = this.#connection.unary(AdminService.ring, options, timeoutMs);
    return this.#read(answer, ringFromMessage);
  }

  owners(key: Uint8Array, options: OwnersQuery, timeoutMs: number): Promise<OwnersView> {
    const { offline, namespace = '' } = options;
    const request = { key, offline, namespace };
    const answer = this.#connection.unary(AdminService.owners, request, timeoutMs);
    return this.#read(answer, ownersFromMessage);
  }

  repair(call: RepairCall, timeoutMs: number): Promise<RepairAnswer> {
    const answer = this.#connection.unary(
      AdminService.repair,
      repairCallToMessage(call),
      timeoutMs,
    );
    return this.#read(answer, repairAnswerFromMessage);
  }

  gossip(timeoutMs: number): Promise<GossipView> {
    const answer = this.#connection.unary(AdminService.gossip, {}, timeoutMs);
    return this.#read(answer, gossipFromMessage);
  }

  node(name: string, timeoutMs: number): Promise<NodeDetailView> {
    const answer = this.#connection.unary(AdminService.node, { name }, timeoutMs);
    return this.#read(answer, nodeDetailFromMessage);
  }

  events(options: { readonly limit: number }, timeoutMs: number): Promise<readonly EventView[]> {
    const answer = this.#connection.unary(AdminService.events, options, timeoutMs);
    return this.#read(answer, ({ events }) => events.map(eventFromMessage));
  }

  hints(action: HintsAction, target: string, timeoutMs: number): Promise<HintsDone> {
    return this.#connection.unary(AdminService.hints, { action, target }, timeoutMs);
  }

  storage(timeoutMs: number): Promise<StorageView> {
    return this.#read(
      this.#connection.unary(AdminService.storage, {}, timeoutMs),
      storageFromMessage,
    );
  }

  tombstones(timeoutMs: number): Promise<TombstonesView> {
    const answer = this.#connection.unary(AdminService.tombstones, {}, timeoutMs);
    return this.#read(answer, tombstonesFromMessage);
  }

  storageJob(request: StorageJobRequest, timeoutMs: number): Promise<StorageJobView> {
    const answer = this.#connection.unary(AdminService.storageJob, request, timeoutMs);
    return this.#read(answer, storageJobFromMessage);
  }

  namespaces(timeoutMs: number): Promise<NamespacesView> {
    const answer = this.#connection.unary(AdminService.namespaces, {}, timeoutMs);
    return this.#read(answer, namespacesFromMessage);
  }

  changeNamespace(change: NamespaceChange, timeoutMs: number): Promise<NamespaceChanged> {
    const answer = this.#connection.unary(
      AdminService.changeNamespace,
      changeToMessage(change),
      timeoutMs,
    );
    return this.#read(answer, namespaceChangedFromMessage);
  }

  drain(drained: boolean, timeoutMs: number): Promise<DrainView> {
    return this.#connection.unary(AdminService.drain, { drained }, timeoutMs);
  }

  topology(timeoutMs: number): Promise<TopologyView> {
    const answer = this.#connection.unary(AdminService.topology, {}, timeoutMs);
    return this.#read(answer, topologyFromMessage);
  }

  changeTopology(order: TopologyOrder, timeoutMs: number): Promise<TopologyView> {
    const request = orderToMessage(order);
    const answer = this.#connection.unary(AdminService.changeTopology, request, timeoutMs);
    return this.#read(answer, topologyFromMessage);
  }

  watch(options: { readonly intervalMs: number }, signal: AbortSignal): AsyncIterable<WatchTick> {
    return watchTicks(this.#connection, options.intervalMs, signal);
  }

  close(): void {
    this.#session.close();
    this.#connection.discard();
  }

  async #read<M, V>(answer: Promise<M>, view: (message: M) => V): Promise<V> {
    const message = await answer;
    try {
      return view(message);
    } catch (cause) {
      if (!(cause instanceof BadFrame)) throw cause;
      const address = addressOf(this.endpoint);
      throw new KvError(
        'KV_NOT_A_KV_NODE',
        `${address} answered what this version does not understand: ${cause.message}`,
        { cause },
      );
    }
  }
}
