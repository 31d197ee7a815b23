import { KvError } from '../node/core/errors.js';
import { LIMITS } from '../node/core/limits.js';
import type { ClientRequest, ClientResult } from '../node/core/operations.js';
import { Hlc } from '../node/core/version/hlc.js';
import { ttlRefusal } from '../node/core/version/time-to-live.js';
import type { Version } from '../node/core/version/version.js';
import type { DescribeView } from '../node/core/views/describe-views.js';
import type { EventView, WatchTick } from '../node/core/views/event-views.js';
import type { GossipView } from '../node/core/views/gossip-views.js';
import type { HintsAction, HintsDone } from '../node/core/views/hint-views.js';
import type { NamespacesView } from '../node/core/views/namespace-views.js';
import type { NodeDetailView } from '../node/core/views/node-views.js';
import type { RepairAnswer, RepairCall } from '../node/core/views/repair-views.js';
import type { OwnersQuery, OwnersView, RingView } from '../node/core/views/ring-views.js';
import type { StatusView } from '../node/core/views/status-views.js';
import type { Clock } from '../node/env/clock.js';
import type { Random } from '../node/env/random.js';
import { readU32be } from '../stdx/bytes.js';
import { Connections } from './connections.js';
import { mergeErrors } from './merge-errors.js';
import { runOperation, type OperationContext } from './operation.js';
import { allRoutes, type Routing } from './policies/route-policy.js';
import { RetryBudget } from './retry-budget.js';
import { TokenMap } from './token-map.js';
import type { AdminCalls, ClientTransport, Endpoint } from './transport.js';

export interface ClientOptions {
  /** Nodes to begin with; the others are learned from them. */
  readonly endpoints: readonly Endpoint[];
  readonly transport: ClientTransport;
  readonly clock: Clock;
  readonly random: Random;
  /** Whole time of one operation, retries included, in ms. */
  readonly timeoutMs?: number | undefined;
  /** `token` keeps a copy of the ring; `any` suits a program that runs one operation. */
  readonly routing?: Routing | undefined;
}

export interface ReadOptions {
  readonly level?: string | undefined;
  readonly namespace?: string | undefined;
  readonly trace?: boolean | undefined;
  readonly timeoutMs?: number | undefined;
}

export interface WriteOptions extends ReadOptions {
  /** Life of the value from now on; undefined keeps it for good. */
  readonly ttlMs?: number | undefined;
}

export type ReadResult = Extract<ClientResult, { readonly kind: 'read' }>;
export type WriteResult = Extract<ClientResult, { readonly kind: 'written' }>;

/** How long a copy of the ring is used before it is asked for again. */
const MAP_FRESH_MS = 10_000;
/** Failures ask for a new copy at most this often. */
const MAP_RETRY_MS = 500;
const ANYWHERE = { key: new Uint8Array(0), namespace: '' };

/**
 * A client of one cluster: routes each operation to a replica of its key, stamps it, again only while that is safe, and retries
 * what is safe to retry. Every failure is a KvError. Close it: its connections keep a process alive.
 */
export class KvClient {
  readonly #options: ClientOptions;
  readonly #connections: Connections;
  readonly #context: OperationContext;
  readonly #hlc = new Hlc({ ms: 0, logical: 0 });
  readonly #writerHi: number;
  readonly #writerLo: number;
  #map: TokenMap | undefined;
  #mapAskedMs = Number.NEGATIVE_INFINITY;
  #operations = 0;
  #closed = false;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#connections = new Connections(options.transport, options.clock);
    const writer = options.random.bytes(8);
    this.#writerHi = readU32be(writer, 0);
    this.#writerLo = readU32be(writer, 4);
    this.#context = {
      clock: options.clock,
      random: options.random,
      budget: new RetryBudget(),
      sources: () => ({
        endpoints: options.endpoints,
        map: this.#map,
        connections: this.#connections,
      }),
      refresh: () => {
        this.#refreshMap(MAP_RETRY_MS);
      },
      observe: (version) => {
        this.#hlc.observe(version);
      },
      issue: () => this.#issue(),
    };
  }

  /** Reads a key; `found` says whether there is a value. @throws KvError */
  async get(key: Uint8Array, options: ReadOptions = {}): Promise<ReadResult> {
    return await this.#read('get', key, options);
  }

  /** Like `get`, without the value. @throws KvError */
  async exists(key: Uint8Array, options: ReadOptions = {}): Promise<ReadResult> {
    return await this.#read('exists', key, options);
  }

  /** Writes a value. @throws KvError; `outcome` says whether it may have applied */
  async put(key: Uint8Array, value: Uint8Array, options: WriteOptions = {}): Promise<WriteResult> {
    if (options.ttlMs !== undefined) {
      const refusal = ttlRefusal(options.ttlMs, this.#options.clock.wallMs());
      if (refusal !== undefined) throw refusal;
    }
    return await this.#write({ kind: 'put', value, ttlMs: options.ttlMs }, key, options);
  }

  /** Deletes a key, whether or not it exists. @throws KvError as `put` */
  async delete(key: Uint8Array, options: ReadOptions = {}): Promise<WriteResult> {
    return await this.#write({ kind: 'delete' }, key, options);
  }

  async describe(): Promise<DescribeView> {
    return await this.askAny((node, ms) => node.describe(ms));
  }

  async status(): Promise<StatusView> {
    return await this.askAny((node, ms) => node.status(ms));
  }

  async ring(options: { readonly all: boolean }): Promise<RingView> {
    return await this.askAny((node, ms) => node.ring(options, ms));
  }

  async owners(key: Uint8Array, options: OwnersQuery): Promise<OwnersView> {
    return await this.askAny((node, ms) => node.owners(key, options, ms));
  }

  async gossip(): Promise<GossipView> {
    return await this.askAny((node, ms) => node.gossip(ms));
  }

  /** Plans, begins, shows or ends repairs that one node drives. */
  async repair(node: Endpoint, call: RepairCall): Promise<RepairAnswer> {
    const timeoutMs = this.#options.timeoutMs ?? LIMITS.clientTotalMs;
    return await this.#connections.to(node).repair(call, timeoutMs);
  }

  async node(name: string): Promise<NodeDetailView> {
    return await this.askAny((node, ms) => node.node(name, ms));
  }

  async namespaces(): Promise<NamespacesView> {
    return await this.askAny((node, ms) => node.namespaces(ms));
  }

  async events(options: { readonly limit: number }): Promise<readonly EventView[]> {
    return await this.askAny((node, ms) => node.events(options, ms));
  }

  /** Asks one node something about itself; no other node is asked when it does not answer. */
  async askNode<T>(
    node: Endpoint,
    ask: (connection: AdminCalls, timeoutMs: number) => Promise<T>,
  ): Promise<T> {
    return await ask(this.#connections.to(node), this.#options.timeoutMs ?? LIMITS.clientTotalMs);
  }

  /** Asks one node after the other, until one answers. @throws KvError */
  async askAny<T>(question: (node: AdminCalls, timeoutMs: number) => Promise<T>): Promise<T> {
    const { clock } = this.#options;
    const deadlineMs = clock.monotonicMs() + (this.#options.timeoutMs ?? LIMITS.clientTotalMs);
    const errors: KvError[] = [];
    for (const node of allRoutes(ANYWHERE, this.#context.sources())) {
      const leftMs = deadlineMs - clock.monotonicMs();
      if (leftMs <= 0) break;
      try {
        return await question(node, Math.min(leftMs, LIMITS.requestMs + LIMITS.dialMs));
      } catch (error) {
        if (!(error instanceof KvError) || !error.row.retryable) throw error;
        errors.push(error);
      }
    }
    throw mergeErrors(errors);
  }

  /** Does something with the hints that one node keeps. */
  async hints(node: Endpoint, action: HintsAction, target: string): Promise<HintsDone> {
    const timeoutMs = this.#options.timeoutMs ?? LIMITS.clientTotalMs;
    return await this.#connections.to(node).hints(action, target, timeoutMs);
  }

  /** Live ticks of one node; ends when `signal` aborts, throws when the node goes away. */
  watch(
    endpoint: Endpoint,
    options: { readonly intervalMs: number },
    signal: AbortSignal,
  ): AsyncIterable<WatchTick> {
    return this.#connections.to(endpoint).watch(options, signal);
  }

  /** Ends all connections; operations under way fail. */
  close(): void {
    this.#closed = true;
    this.#connections.close();
  }

  async #read(kind: 'get' | 'exists', key: Uint8Array, options: ReadOptions): Promise<ReadResult> {
    const result = await this.#run(
      {
        kind,
        key,
        namespace: options.namespace ?? 'default',
        level: options.level ?? '',
        trace: options.trace ?? false,
      },
      options,
    );
    if (result.kind !== 'read')
      throw new KvError('KV_INTERNAL', `a ${kind} was answered as a write`);
    return result;
  }

  async #write(
    what:
      | { readonly kind: 'put'; readonly value: Uint8Array; readonly ttlMs: number | undefined }
      | { readonly kind: 'delete' },
    key: Uint8Array,
    options: ReadOptions,
  ): Promise<WriteResult> {
    const result = await this.#run(
      {
        ...what,
        key,
        namespace: options.namespace ?? 'default',
        level: options.level ?? '',
        trace: options.trace ?? false,
        version: this.#issue(),
      },
      options,
    );
    if (result.kind !== 'written')
      throw new KvError('KV_INTERNAL', 'a write was answered as a read');
    return result;
  }

  #run(request: ClientRequest, options: ReadOptions): Promise<ClientResult> {
    if (this.#closed) return Promise.reject(new KvError('KV_UNREACHABLE', 'the client is closed'));
    if (this.#options.routing !== 'any') this.#refreshMap(MAP_FRESH_MS);
    const call = {
      request,
      timeoutMs: options.timeoutMs ?? this.#options.timeoutMs ?? LIMITS.clientTotalMs,
      start: this.#operations++,
    };
    return new Promise((resolve, reject) => {
      runOperation(this.#context, call, (result) => {
        if (result instanceof KvError) {
          reject(result);
          return;
        }
        // What was read or written is before whatever this client writes next.
        if (result.version !== undefined) this.#hlc.observe(result.version);
        resolve(result);
      });
    });
  }

  #issue(): Version {
    const stamp = this.#hlc.issue(this.#options.clock.wallMs());
    return {
      ms: stamp.ms,
      logical: stamp.logical,
      writerHi: this.#writerHi,
      writerLo: this.#writerLo,
    };
  }

  #refreshMap(freshMs: number): void {
    const nowMs = this.#options.clock.monotonicMs();
    if (this.#closed || this.#options.routing === 'any' || nowMs - this.#mapAskedMs < freshMs)
      return;
    this.#mapAskedMs = nowMs;
    this.describe().then(
      (view) => {
        if (this.#closed) return;
        this.#map = new TokenMap(view);
        const known = this.#map.nodes.map((node) => node.endpoint);
        this.#connections.retain([...known, ...this.#options.endpoints]);
      },
      () => {
        // Nobody answered: operations go on with the copy there is, and their own errors say what is wrong.
        this.#mapAskedMs = nowMs - freshMs + MAP_RETRY_MS;
      },
    );
  }
}
