import type { KvClient } from '../client/client.js';
import type { Endpoint } from '../client/transport.js';
import { KvError } from '../node/core/errors.js';
import type { EventView, WatchTick } from '../node/core/views/event-views.js';
import type { HintsAction, HintsDone } from '../node/core/views/hint-views.js';
import type { RepairAnswer, RepairCall, RepairJobView } from '../node/core/views/repair-views.js';
import type { OwnersView } from '../node/core/views/ring-views.js';
import type { TopologyView } from '../node/core/views/topology-views.js';
import { parseAddress } from '../node/io/config/host-port.js';
import type { PlanChange, SourceNode, TickOptions, TickSource } from '../tui/source.js';

/** Connections that a dashboard keeps to nodes it once asked. */
const CLIENTS_MAX = 16;

/** Feeds a dashboard over gRPC: one client per node asked, so that a question goes to that node and to no other. */
export class DashboardSource implements TickSource {
  readonly #endpoints: readonly Endpoint[];
  readonly #connect: (endpoints: readonly Endpoint[]) => KvClient;
  readonly #clients = new Map<string, KvClient>();

  /** `endpoints` are asked in turn while no node is wanted by name. */
  constructor(
    endpoints: readonly Endpoint[],
    connect: (endpoints: readonly Endpoint[]) => KvClient,
  ) {
    this.#endpoints = endpoints;
    this.#connect = connect;
  }

  async *watch(options: TickOptions, signal: AbortSignal): AsyncIterable<WatchTick> {
    const candidates = options.node === undefined ? this.#endpoints : [endpointOf(options.node)];
    const errors: KvError[] = [];
    for (const endpoint of candidates) {
      let ticked = false;
      try {
        for await (const tick of this.#clientTo(endpoint).watch(
          endpoint,
          { intervalMs: options.intervalMs },
          signal,
        )) {
          ticked = true;
          yield tick;
        }
        return;
      } catch (error) {
        // A stream that has begun and breaks is the dashboard's to replace, by a node of its choice.
        if (!(error instanceof KvError) || ticked) throw error;
        errors.push(error);
      }
    }
    throw new KvError('KV_UNREACHABLE', errors.map(({ message }) => message).join('; '));
  }

  async owners(key: Uint8Array, node: SourceNode | undefined): Promise<OwnersView> {
    return await this.#ask(node).owners(key, { offline: false });
  }

  async events(limit: number, node: SourceNode | undefined): Promise<readonly EventView[]> {
    return await this.#ask(node).events({ limit });
  }

  async hints(action: HintsAction, target: string, node: SourceNode): Promise<HintsDone> {
    const endpoint = endpointOf(node);
    return await this.#clientTo(endpoint).hints(endpoint, action, target);
  }

  async topology(node: SourceNode | undefined): Promise<TopologyView> {
    return await this.#ask(node).askAny((connection, ms) => connection.topology(ms));
  }

  async changePlan(change: PlanChange, node: SourceNode | undefined): Promise<TopologyView> {
    const endpoint = this.#endpointOf(node);
    const order = { change, checks: 'strict', commit: false, dryRun: false } as const;
    return await this.#clientTo(endpoint).askNode(endpoint, (connection, ms) =>
      connection.changeTopology(order, ms),
    );
  }

  async repairs(node: SourceNode): Promise<readonly RepairJobView[]> {
    const { jobs } = await this.#repair(node, { action: 'jobs', job: undefined });
    return jobs;
  }

  async cancelRepair(job: string, node: SourceNode): Promise<RepairJobView | undefined> {
    const { jobs } = await this.#repair(node, { action: 'cancel', job });
    return jobs[0];
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  /** @throws KvError KV_UNREACHABLE when another node answers at that address by now */
  async #repair(node: SourceNode, call: RepairCall): Promise<RepairAnswer> {
    const endpoint = endpointOf(node);
    const answer = await this.#clientTo(endpoint).repair(endpoint, call);
    if (answer.node === node.name) return answer;
    throw new KvError('KV_UNREACHABLE', `${answer.node} answers at ${node.address}`);
  }

  #ask(node: SourceNode | undefined): KvClient {
    return this.#clientTo(this.#endpointOf(node));
  }

  /** @throws KvError KV_UNREACHABLE */
  #endpointOf(node: SourceNode | undefined): Endpoint {
    const endpoint = node === undefined ? this.#endpoints[0] : endpointOf(node);
    if (endpoint === undefined) throw new KvError('KV_UNREACHABLE', 'no endpoint is known');
    return endpoint;
  }

  #clientTo(endpoint: Endpoint): KvClient {
    const address = `${endpoint.host} ${endpoint.port}`;
    const known = this.#clients.get(address);
    if (known !== undefined) {
      // The most recently used is the last to go.
      this.#clients.delete(address);
      this.#clients.set(address, known);
      return known;
    }
    const client = this.#connect([endpoint]);
    this.#clients.set(address, client);
    const [oldest] = this.#clients.keys();
    if (this.#clients.size > CLIENTS_MAX && oldest !== undefined) {
      this.#clients.get(oldest)?.close();
      this.#clients.delete(oldest);
    }
    return client;
  }
}

function endpointOf({ name, address }: SourceNode): Endpoint {
  const endpoint = parseAddress(address);
  if ('wanted' in endpoint)
    throw new KvError('KV_UNREACHABLE', `${name} has no address to connect to: ${address}`);
  return endpoint;
}
