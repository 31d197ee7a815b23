import type { ClientConnection, Endpoint } from '../client/transport.js';
import { KvError } from '../node/core/errors.js';
import { LIMITS } from '../node/core/limits.js';
import type { ClientRequest, ClientResult } from '../node/core/operations.js';
import type {
  DescribeView,
  EventView,
  GossipView,
  NodeDetailView,
  OwnersView,
  RingView,
  StatusView,
  WatchTick,
} from '../node/core/views.js';
import type { KvNode } from '../node/node.js';
import type { AdminService } from '../node/status/admin-service.js';
import type { SimNetwork } from './network.js';
import type { SimProcess } from './sim-process.js';

/** A node that runs, as a client's connection finds it. */
export interface SimTarget {
  readonly process: SimProcess;
  readonly node: KvNode;
}

export interface SimConnectionParts {
  readonly endpoint: Endpoint;
  readonly process: SimProcess;
  readonly network: SimNetwork;
  /** The node that runs at the endpoint now. */
  readonly target: () => SimTarget | undefined;
}

type Done<T> = (result: T | KvError) => void;

/** A client's connection over the simulated network: function calls with latency and loss. */
export class SimConnection implements ClientConnection {
  readonly endpoint: Endpoint;
  readonly #parts: SimConnectionParts;
  #broken = false;
  #closed = false;

  constructor(parts: SimConnectionParts) {
    this.endpoint = parts.endpoint;
    this.#parts = parts;
  }

  state(): 'ready' | 'broken' {
    return this.#broken || this.#parts.target() === undefined ? 'broken' : 'ready';
  }

  operate(request: ClientRequest, remainingMs: number, done: Done<ClientResult>): void {
    const write = request.kind === 'put' || request.kind === 'delete';
    this.#exchange<ClientResult>(
      {
        remainingMs,
        late: new KvError(
          write ? 'KV_WRITE_TIMEOUT' : 'KV_READ_TIMEOUT',
          'the node did not answer',
          {
            outcome: write ? 'unknown' : 'not_applied',
          },
        ),
      },
      (target, reply) => {
        target.node.execute(request, remainingMs, reply);
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

  owners(
    key: Uint8Array,
    options: { readonly offline: boolean },
    timeoutMs: number,
  ): Promise<OwnersView> {
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
  }

  #ask<T>(timeoutMs: number, question: (admin: AdminService) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const late = new KvError('KV_UNREACHABLE', `${this.endpoint.host} did not answer`);
      this.#exchange<T>(
        { remainingMs: timeoutMs, late },
        (target, reply) => {
          question(target.node.admin).then(reply, (error: unknown) => {
            reply(error instanceof KvError ? error : new KvError('KV_INTERNAL', String(error)));
          });
        },
        (result) => {
          if (result instanceof KvError) reject(result);
          else resolve(result);
        },
      );
    });
  }

  #exchange<T>(
    { remainingMs, late }: { readonly remainingMs: number; readonly late: KvError },
    serve: (target: SimTarget, reply: Done<T>) => void,
    done: Done<T>,
  ): void {
    const { process, network, target: find } = this.#parts;
    const target = find();
    if (target === undefined || this.#closed) {
      this.#broken = true;
      process.after(0, () => {
        done(new KvError('KV_UNREACHABLE', `${this.endpoint.host}: connection refused`));
      });
      return;
    }
    this.#broken = false;
    let open = true;
    const finish: Done<T> = (result) => {
      if (!open) return;
      open = false;
      timer.cancel();
      done(result);
    };
    const timer = process.after(remainingMs, () => {
      finish(late);
    });
    network.send(process, target.process, () => {
      serve(target, (result) => {
        network.send(target.process, process, () => {
          finish(result);
        });
      });
    });
  }
}
