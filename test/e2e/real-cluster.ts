import { KvClient } from '../../src/client/client.js';
import { GrpcClientTransport } from '../../src/client/grpc/grpc-client-transport.js';
import { systemEnv } from '../../src/client/grpc/system-env.js';
import { KvError } from '../../src/node/core/errors.js';
import type { StatusView } from '../../src/node/core/views/status-views.js';
import { startNode, type RealNode } from './real-node.js';
import type { Stage } from './stage.js';

const TICK_MS = 100;

/** Node processes of one cluster, by name: n1, n2 ... */
export class RealCluster {
  readonly #stage: Stage;
  readonly #nodes = new Map<string, RealNode>();

  private constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** Starts `count` nodes, and waits until all agree and see each other up. */
  static async start(stage: Stage, count: number): Promise<RealCluster> {
    const cluster = new RealCluster(stage);
    const first = await cluster.startNode('n1', ['--init']);
    const others = Array.from({ length: count - 1 }, (_, i) =>
      cluster.startNode(`n${i + 2}`, ['--join', first.ready.listen]),
    );
    await Promise.all(others);
    await cluster.settled();
    return cluster;
  }

  node(name: string): RealNode {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new Error(`${name} was not started`);
    return node;
  }

  /** Starts a node, again or for the first time; its ports are other ones each time. */
  async startNode(name: string, extra: readonly string[] = []): Promise<RealNode> {
    const node = await startNode(this.#stage, name, extra);
    this.#nodes.set(name, node);
    return node;
  }

  /** The nodes whose processes run. */
  running(): readonly RealNode[] {
    return [...this.#nodes.values()].filter(({ process }) => process.running);
  }

  /** For `-e`: the addresses of all nodes that run. */
  endpoints(): string {
    return this.running()
      .map(({ ready }) => ready.listen)
      .join(',');
  }

  /** A client with a copy of the ring; the caller closes it. */
  client(): KvClient {
    const env = systemEnv();
    const endpoints = this.running().map(({ client }) => client);
    return new KvClient({ ...env, endpoints, transport: new GrpcClientTransport(env) });
  }

  /** Waits until the named node sees the cluster as it should be, by its live view. */
  async until(name: string, accept: (status: StatusView) => boolean): Promise<StatusView> {
    const client = this.client();
    const { client: endpoint } = this.node(name);
    const abort = new AbortController();
    try {
      for await (const { status } of client.watch(endpoint, { intervalMs: TICK_MS }, abort.signal))
        if (accept(status)) return status;
      throw new KvError('KV_UNREACHABLE', `the live view of ${name} ended`);
    } finally {
      abort.abort();
      client.close();
    }
  }

  /** Until every running node sees all of them up, ready, and agreed on the ring. */
  async settled(): Promise<void> {
    const count = this.running().length;
    const names = this.running().map(({ ready }) => ready.name);
    const good = ({ ring, nodes }: StatusView): boolean =>
      ring.agreed === count &&
      nodes.filter((node) => node.state === 'up' && node.report?.ready === true).length === count;
    await Promise.all(names.map((name) => this.until(name, good)));
  }
}
