import { eachTurn } from '../../../src/node/io/turn.js';
import type { ClusterView } from '../../../src/node/services.js';
import { MemoryDisk } from '../../../src/sim/memory-disk.js';
import { SimNetwork } from '../../../src/sim/network.js';
import { Scheduler } from '../../../src/sim/scheduler.js';
import { SeededRandom } from '../../../src/sim/seeded-random.js';
import { assert } from '../../../src/stdx/assert.js';
import { UnlikelyBranches } from '../../unit/node/unlikely-branches.js';
import type { LogNode, NodeOptions, NodeStart } from './log-node.js';
import { startLogNode } from './log-node.js';

/** Nodes that run identity, membership and the metadata log over the simulated network, disks and a virtual clock. */
export class LogCluster {
  readonly scheduler = new Scheduler(eachTurn);
  readonly random: SeededRandom;
  readonly network: SimNetwork;
  /** What all nodes are asked to do the unlikely way. */
  readonly unlikely = new UnlikelyBranches();
  readonly nodes = new Map<string, LogNode>();
  readonly disks = new Map<string, MemoryDisk>();

  constructor(seed = 1) {
    this.random = new SeededRandom(seed);
    this.network = new SimNetwork(this.scheduler, this.random);
  }

  /** A cluster of n1..nN that has settled: all see all up, and the voters fit. */
  static async of(size: number, seed = 1): Promise<LogCluster> {
    const cluster = new LogCluster(seed);
    await cluster.init('n1');
    for (let i = 2; i <= size; i++) await cluster.join(`n${i}`, 'n1');
    await cluster.settle();
    return cluster;
  }

  async init(name: string, options: NodeOptions = {}): Promise<LogNode> {
    return await this.#start({ name, options, intent: { kind: 'init' } });
  }

  async join(name: string, via: string, options: NodeOptions = {}): Promise<LogNode> {
    const { clusterId } = this.view(via).metadata;
    return await this.#start({ name, options, intent: { kind: 'join', clusterId }, via });
  }

  async restart(name: string, options: NodeOptions = {}): Promise<LogNode> {
    return await this.#start({ name, options, intent: { kind: 'restart' } });
  }

  kill(name: string): void {
    const node = this.node(name);
    this.network.kill(node.process);
    node.disk.crash();
    this.nodes.delete(name);
  }

  node(name: string): LogNode {
    const node = this.nodes.get(name);
    assert(node !== undefined, `${name} does not run`);
    return node;
  }

  living(): readonly LogNode[] {
    return [...this.nodes.values()];
  }

  view(name: string): ClusterView {
    const view = this.node(name).service.current();
    assert(view !== undefined, `${name} belongs to no cluster`);
    return view;
  }

  epoch(name: string): number {
    return this.node(name).service.current()?.metadata.epoch ?? 0;
  }

  /** Names of the voters, as one node has applied them. */
  voters(name: string): readonly string[] {
    const { metadata } = this.view(name);
    return metadata.voters.map((id) => this.node(name).membership.nameOf(id)).sort();
  }

  /** Lets virtual time pass until the promise settles. */
  async run<T>(promise: Promise<T>, limitMs = 30_000): Promise<T> {
    return await this.scheduler.settle(promise, limitMs);
  }

  async until(condition: () => boolean, limitMs = 30_000): Promise<void> {
    await this.scheduler.until(condition, limitMs);
  }

  /** Until all who live see each other up, at one epoch that needs no upkeep for a while. */
  async settle(): Promise<void> {
    const allUp = (): boolean =>
      this.living().every((a) =>
        this.living().every((b) => a.membership.stateOf(b.nodeId) === 'up'),
      );
    await this.until(allUp);
    for (let last = -1; last !== this.#newest();) {
      last = this.#newest();
      await this.scheduler.advance(7_000);
    }
    await this.until(() => this.living().every((node) => this.epoch(node.name) === this.#newest()));
  }

  #newest(): number {
    return Math.max(...this.living().map((node) => this.epoch(node.name)));
  }

  async #start(start: Omit<NodeStart, 'cluster' | 'disk'>): Promise<LogNode> {
    const { name, options } = start;
    const disk = options.disk ?? this.disks.get(name) ?? this.newDisk();
    if (options.disk === undefined) this.disks.set(name, disk);
    const node = await this.run(startLogNode({ ...start, cluster: this, disk }));
    this.nodes.set(name, node);
    return node;
  }

  /** A disk on which every step takes a millisecond. */
  newDisk(): MemoryDisk {
    return new MemoryDisk({
      hold: () =>
        new Promise((resolve) => {
          this.scheduler.after(1, resolve);
        }),
    });
  }
}
