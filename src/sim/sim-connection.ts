import type { ClientConnection, Endpoint } from '../client/transport.js';
import { KvError } from '../node/core/errors.js';
import { LIMITS } from '../node/core/limits.js';
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
import type { StatusView } from '../node/core/views/status-views.js';
import type {
  StorageJobRequest,
  StorageJobView,
  StorageView,
  TombstonesView,
} from '../node/core/views/storage-views.js';
import type { KvNode } from '../node/node.js';
import type { AdminService } from '../node/status/admin-service.js';
import type { SimNetwork } from './network.js';
import type { SimProcess } from './sim-process.js';
import type { TopologyOrder, TopologyView } from '../node/core/views/topology-views.js';
import { SMALL_BYTES, type Connection } from './wire.js';

/** A node that runs, as a client's connection finds it. */
interface SimTarget {
  readonly process: SimProcess;
  readonly node: KvNode;
}

export interface SimConnectionParts {
  readonly endpoint: Endpoint;
  readonly process: SimProcess;
  readonly network: SimNetwork;
  /** The node that runs at the endpoint now. */
  readonly target: () => SimTarget | undefined;
  /** Sees each request before it is sent. */
  readonly onRequest?: ((request: ClientRequest) => void) | undefined;
}

type Done<T> = (result: T | KvError) => void;

/** One question, and what its asker is told when there is no answer. */
interface Exchange<T> {
  readonly remainingMs: number;
  readonly bytes: number;
  /** Once it was sent nobody knows whether it arrived: a broken connection says no more than a late answer. */
  readonly late: (why: string) => KvError;
  readonly serve: (target: SimTarget, reply: Done<T>) => void;
  readonly bytesOf: (result: T) => number;
}

/** A client's connection over the simulated network: function calls with latency and loss. */
export class SimConnection implements ClientConnection, Connection {
  readonly endpoint: Endpoint;
  readonly #parts: SimConnectionParts;
  /** What is under way, and the process that it was sent to. */
  readonly #open = new Map<(why: string) => void, SimProcess>();
  #broken = false;
  #closed = false;

  constructor(parts: SimConnectionParts) {
    this.endpoint = parts.endpoint;
    this.#parts = parts;
    parts.network.register(this);
  }

  state(): 'ready' | 'broken' {
    return this.#broken || this.#parts.target() === undefined ? 'broken' : 'ready';
  }

  belongsTo(process: SimProcess): boolean {
    return this.#parts.process === process;
  }

  joins(one: string, other: string): boolean {
    const own = this.#parts.process.name;
    const remote = this.endpoint.host;
    return (own === one && remote === other) || (own === other && remote === one);
  }

  resetBy(process: SimProcess): void {
    const { network, process: own } = this.#parts;
    for (const [lose, server] of this.#open) {
      if (server !== process) continue;
      own.after(network.latencyMs(process.name, own.name), () => {
        lose('the connection was reset');
      });
    }
  }

  broken(why: string): void {
    this.#parts.process.run(() => {
      for (const lose of [...this.#open.keys()]) lose(why);
    });
  }

  operate(request: ClientRequest, remainingMs: number, done: Done<ClientResult>): void {
    this.#parts.onRequest?.(request);
    const write = request.kind === 'put' || request.kind === 'delete';
    const late = (why: string): KvError =>
      write
        ? new KvError('KV_WRITE_TIMEOUT', why, { outcome: 'unknown' })
        : new KvError('KV_READ_TIMEOUT', why);
    this.#exchange<ClientResult>(
      {
        remainingMs,
        bytes:
          SMALL_BYTES + request.key.length + (request.kind === 'put' ? request.value.length : 0),
        late,
        serve: (target, reply) => {
          target.node.execute(request, remainingMs, reply);
        },
        bytesOf: (result) =>
          SMALL_BYTES + (result.kind === 'read' ? (result.value?.length ?? 0) : 0),
      },
      done,
    );
  }

  describe(timeoutMs: number): Promise<DescribeView> {
    return this.#ask(timeoutMs, async (admin) => admin.describe());
  }

  status(timeoutMs: number): Promise<StatusView> {
    return this.#ask(timeoutMs, (admin) => admin.status());
  }

  ring(options: { readonly all: boolean }, timeoutMs: number): Promise<RingView> {
    return this.#ask(timeoutMs, (admin) => admin.ring(options));
  }

  repair(call: RepairCall, timeoutMs: number): Promise<RepairAnswer> {
    return this.#ask(timeoutMs, (admin) => admin.repair(call));
  }

  owners(key: Uint8Array, options: OwnersQuery, timeoutMs: number): Promise<OwnersView> {
    return this.#ask(timeoutMs, (admin) => admin.owners(key, options));
  }

  gossip(timeoutMs: number): Promise<GossipView> {
    return this.#ask(timeoutMs, (admin) => admin.gossip());
  }

  node(name: string, timeoutMs: number): Promise<NodeDetailView> {
    return this.#ask(timeoutMs, (admin) => admin.node(name));
  }

  events(options: { readonly limit: number }, timeoutMs: number): Promise<readonly EventView[]> {
    return this.#ask(timeoutMs, async (admin) => admin.events(options));
  }

  hints(action: HintsAction, target: string, timeoutMs: number): Promise<HintsDone> {
    return this.#ask(timeoutMs, (admin) => admin.hints(action, target));
  }

  storage(timeoutMs: number): Promise<StorageView> {
    return this.#ask(timeoutMs, (admin) => admin.upkeep.view());
  }

  tombstones(timeoutMs: number): Promise<TombstonesView> {
    return this.#ask(timeoutMs, (admin) => admin.upkeep.tombstones());
  }

  storageJob(request: StorageJobRequest, timeoutMs: number): Promise<StorageJobView> {
    return this.#ask(timeoutMs, async (admin) => admin.upkeep.job(request));
  }

  namespaces(timeoutMs: number): Promise<NamespacesView> {
    return this.#ask(timeoutMs, async (admin) => admin.namespaces.view());
  }

  drain(drained: boolean, timeoutMs: number): Promise<DrainView> {
    return this.#ask(timeoutMs, async (admin) => admin.drain(drained));
  }

  topology(timeoutMs: number): Promise<TopologyView> {
    return this.#ask(timeoutMs, (admin) => admin.topology.view());
  }

  changeTopology(order: TopologyOrder, timeoutMs: number): Promise<TopologyView> {
    return this.#ask(timeoutMs, (admin) => admin.topology.change(order, timeoutMs));
  }

  changeNamespace(change: NamespaceChange, timeoutMs: number): Promise<NamespaceChanged> {
    return this.#ask(timeoutMs, (admin) => admin.namespaces.change(change, timeoutMs));
  }

  async *watch(
    options: { readonly intervalMs: number },
    signal: AbortSignal,
  ): AsyncIterable<WatchTick> {
    let seen = 0;
    while (!signal.aborted) {
      const tick = await this.#ask(LIMITS.requestMs, (admin) => admin.tick(seen));
      seen = tick.events.at(-1)?.sequence ?? seen;
      yield tick;
      await new Promise<void>((resolve) => {
        this.#parts.process.after(options.intervalMs, resolve);
      });
    }
  }

  close(): void {
    this.#closed = true;
    this.#parts.network.forget(this);
  }

  #ask<T>(timeoutMs: number, question: (admin: AdminService) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#exchange<T>(
        {
          remainingMs: timeoutMs,
          bytes: SMALL_BYTES,
          late: (why) => this.#unreachable(why),
          serve: (target, reply) => {
            question(target.node.admin).then(reply, (error: unknown) => {
              // A defect ends the run, instead of looking like an answer.
              if (!(error instanceof KvError)) throw error;
              reply(error);
            });
          },
          bytesOf: () => SMALL_BYTES,
        },
        (result) => {
          if (result instanceof KvError) reject(result);
          else resolve(result);
        },
      );
    });
  }

  #exchange<T>(exchange: Exchange<T>, done: Done<T>): void {
    const { process, network, target: find } = this.#parts;
    const target = find();
    if (target === undefined || this.#closed) {
      this.#broken = true;
      process.after(0, () => {
        done(this.#unreachable('connection refused'));
      });
      return;
    }
    this.#broken = false;
    const finish: Done<T> = (result) => {
      if (!this.#open.delete(lose)) return;
      timer.cancel();
      done(result);
    };
    const lose = (why: string): void => {
      finish(exchange.late(why));
    };
    this.#open.set(lose, target.process);
    const timer = process.after(exchange.remainingMs, () => {
      lose('the node did not answer');
    });
    const request = { from: process, to: target.process, bytes: exchange.bytes };
    const serve = (): void => {
      exchange.serve(target, (result) => {
        const bytes = result instanceof KvError ? SMALL_BYTES : exchange.bytesOf(result);
        const deliver = (): void => {
          finish(result);
        };
        network.send({ from: target.process, to: process, bytes, deliver });
      });
    };
    network.send({ ...request, deliver: serve });
  }

  #unreachable(why: string): KvError {
    return new KvError('KV_UNREACHABLE', `${this.endpoint.host}: ${why}`);
  }
}
