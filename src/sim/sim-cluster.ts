import { KvClient, type ClientOptions } from '../client/client.js';
import type { ClientConnection, ClientTransport, Endpoint } from '../client/transport.js';
import type { ClientRequest } from '../node/core/operations.js';
import { DEFAULT_SETTINGS, type ClusterSettings } from '../node/core/settings.js';
import type { Buggify } from '../node/env/buggify.js';
import type { NodeEnv } from '../node/env/env.js';
import { KvNode } from '../node/node.js';
import type { NodeOptions } from '../node/node-options.js';
import type { NodeIntent } from '../node/open-directory.js';
import { assert } from '../stdx/assert.js';
import { MachineClock } from './machine-clock.js';
import { MemoryDisk } from './memory-disk.js';
import type { DiskStep, Survivors } from './memory-storage.js';
import { SimNetwork } from './network.js';
import { NodeRun } from './node-run.js';
import { LogRecorder, MetricsRecorder } from './recorders.js';
import type { Scheduler } from './scheduler.js';
import { SeededRandom } from './seeded-random.js';
import { SimConnection } from './sim-connection.js';
import { addressesOf, clientAddressOf, peerAddressOf, type SimMachine } from './sim-machine.js';
import { SimProcess } from './sim-process.js';

/** How long one step of the disk of a machine takes, in ms; zero lets it go at once. */
export type DiskDelay = (machine: string, step: DiskStep) => number;

/** What somebody who watches the cluster is told. */
export interface ClusterObserver {
  /** Before the process has done anything; what it is given of the world may be wrapped. */
  launched(run: NodeRun, env: NodeEnv): NodeEnv;
  up(run: NodeRun): void;
  /** It did not start, or ended itself. */
  failed(run: NodeRun, error: Error): void;
}

export interface SimClientOptions extends Partial<
  Pick<ClientOptions, 'endpoints' | 'routing' | 'timeoutMs'>
> {
  /** Sees each request before it is sent. */
  readonly onRequest?: ((request: ClientRequest) => void) | undefined;
}

const START_MS = 60_000;
/** Every range is repaired many times within a run, and within the time that deletes are kept. */
const REPAIR_CYCLE_MS = 60_000;
const VNODES = 16;

/** Whole nodes and clients over virtual time: the production code, an env in memory. */
export class SimCluster {
  readonly scheduler: Scheduler;
  readonly network: SimNetwork;
  readonly random: SeededRandom;
  /** Slow disks; may be changed while they are in use. */
  diskDelayMs: DiskDelay = () => 0;
  /** Whether the unlikely branch is taken, in all nodes. */
  buggify: Buggify = () => false;
  observer: ClusterObserver | undefined;
  /** Of the cluster that `boot` makes. */
  settings: ClusterSettings = DEFAULT_SETTINGS;
  readonly #machines = new Map<string, SimMachine>();
  readonly #runs = new Map<string, NodeRun>();

  /** How nodes are started from now on, when not as usual. */
  startOptions: Pick<NodeOptions, 'acceptLoss' | 'scrubCycleMs'> = {};

  constructor(scheduler: Scheduler, seed: number) {
    this.scheduler = scheduler;
    this.random = new SeededRandom(seed);
    this.network = new SimNetwork(scheduler, this.random);
  }

  /** A cluster of `count` nodes n1, n2 ..., all of which know each other. */
  async boot(count: number): Promise<readonly NodeRun[]> {
    const first = await this.start('n1', {
      kind: 'init',
      clusterName: 'sim',
      settings: this.settings,
    });
    for (let i = 2; i <= count; i++) {
      await this.start(`n${i}`, {
        kind: 'join',
        clusterId: first.node.clusterId(),
        seeds: [peerAddressOf('n1')],
      });
    }
    await this.scheduler.until(() => this.isSettled(count), START_MS);
    return this.running();
  }

  /** The nodes that are up. */
  running(): readonly NodeRun[] {
    return [...this.#runs.values()].filter((run) => run.isUp());
  }

  /** The processes that run: up, or about to be. */
  processes(): readonly NodeRun[] {
    return [...this.#runs.values()];
  }

  /** The run of a node that is up. */
  at(name: string): NodeRun {
    const run = this.#runs.get(name);
    assert(run?.isUp() === true, `${name} is not up`);
    return run;
  }

  /** The run of a node that is up, or about to be; undefined when no process runs. */
  find(name: string): NodeRun | undefined {
    return this.#runs.get(name);
  }

  machine(name: string): SimMachine {
    return this.#machines.get(name) ?? this.addMachine(name, new MemoryDisk());
  }

  machines(): readonly SimMachine[] {
    return [...this.#machines.values()];
  }

  /** A machine with a disk of before: a clone, or an old image. Replaces the machine of that name, but for its clock. */
  addMachine(name: string, disk: MemoryDisk): SimMachine {
    const known = this.#machines.get(name);
    const clock = known?.clock ?? new MachineClock(() => this.scheduler.nowMs());
    const log = known?.log ?? new LogRecorder();
    const machine = { name, disk, log, addresses: addressesOf(name), clock };
    this.#machines.set(name, machine);
    return machine;
  }

  /** Takes a machine away on which nothing runs. */
  removeMachine(name: string): void {
    assert(!this.#runs.has(name), `${name} still runs`);
    this.#machines.delete(name);
  }

  /**
   * Starts a node on its machine, and waits until it serves.
   * @throws KvError as KvNode.start, or that with which it ended itself meanwhile
   */
  async start(name: string, intent: NodeIntent = { kind: 'restart' }): Promise<NodeRun> {
    const run = this.launch(name, intent);
    await this.scheduler.settle(run.up(), START_MS);
    return run;
  }

  /** Starts a node on its machine, and leaves it to itself. */
  launch(name: string, intent: NodeIntent = { kind: 'restart' }): NodeRun {
    assert(!this.#runs.has(name), `${name} runs already`);
    const machine = this.machine(name);
    const process = new SimProcess(name, this.scheduler, machine.clock);
    const run = new NodeRun({ machine, process, metrics: new MetricsRecorder() });
    this.#runs.set(name, run);
    const failed = (error: Error): void => {
      this.#failed(run, error);
    };
    KvNode.start({
      env: this.#envOf(run, failed),
      // A directory knows the name of its node: the machine of a copy has another.
      name: intent.kind === 'restart' ? undefined : name,
      location: { host: name, rack: 'rack1', dc: 'dc1' },
      addresses: machine.addresses,
      vnodes: VNODES,
      repairCycleMs: Math.min(REPAIR_CYCLE_MS, this.settings.graceMs),
      ...this.startOptions,
      intent,
    }).then((node) => {
      if (!process.alive()) return;
      run.cameUp(node);
      this.observer?.up(run);
    }, failed);
    return run;
  }

  /** As SIGKILL and loss of power: the process is gone, and with it all that was not synced. */
  kill(name: string, left: 'lost' | 'kept' | Survivors = 'lost'): void {
    const run = this.#runs.get(name);
    assert(run !== undefined, `${name} does not run`);
    this.#end(run, left);
  }

  /** As SIGTERM: it drains, and its process ends when `drained` resolves. */
  async drain(name: string): Promise<void> {
    const run = this.at(name);
    await run.node.drain();
    if (this.#runs.get(name) === run) this.#end(run, 'lost');
  }

  /** Steps the wall clock of a machine, now and for its later starts. */
  stepClock(name: string, byMs: number): void {
    this.machine(name).clock.jump(byMs);
  }

  /** Cuts a machine off all the others, in both directions, until the network is healed. */
  isolate(name: string): void {
    for (const other of this.#machines.keys()) {
      if (other === name) continue;
      this.network.cut(name, other);
      this.network.cut(other, name);
    }
  }

  /** True when `count` nodes run, at one epoch, and each believes all the others up. */
  isSettled(count: number): boolean {
    const nodes = this.running();
    if (nodes.length !== count) return false;
    const epoch = nodes[0]?.node.admin.describe().epoch;
    return nodes.every((run) => {
      const view = run.node.admin.describe();
      const others = view.nodes.filter(({ membership }) => membership !== 'removed');
      const all = others.length === count && view.epoch === epoch;
      return all && others.every((other) => other.liveness === 'up');
    });
  }

  /** A client on a machine of its own, whose clock may be wrong. */
  client(
    name: string,
    options: SimClientOptions = {},
  ): {
    readonly client: KvClient;
    readonly process: SimProcess;
  } {
    const { onRequest, ...rest } = options;
    const process = new SimProcess(name, this.scheduler);
    const client = new KvClient({
      endpoints: [...this.#machines.keys()].map(clientAddressOf),
      transport: this.#clientTransport(process, onRequest),
      clock: process,
      random: new SeededRandom(this.random.nextU32()),
      ...rest,
    });
    return { client, process };
  }

  #envOf(run: NodeRun, fatal: (error: Error) => void): NodeEnv {
    const { machine, process, metrics } = run;
    const { name } = machine;
    const env: NodeEnv = {
      clock: process,
      random: new SeededRandom(this.random.nextU32()),
      disk: machine.disk.session((step) => this.#holdDisk(process, step)),
      transport: this.network.transportOf(process, peerAddressOf(name)),
      log: machine.log.logger(name),
      metrics,
      facts: SIM_FACTS,
      buggify: (point) => this.buggify(point),
      fatal,
    };
    return this.observer?.launched(run, env) ?? env;
  }

  #holdDisk(process: SimProcess, step: DiskStep): Promise<void> | undefined {
    const delayMs = this.diskDelayMs(process.name, step);
    if (delayMs <= 0) return undefined;
    return new Promise((resolve) => process.after(delayMs, resolve));
  }

  #failed(run: NodeRun, error: Error): void {
    if (!run.process.alive()) return;
    this.#end(run, 'lost');
    run.failed(error);
    this.observer?.failed(run, error);
  }

  #end(run: NodeRun, left: 'lost' | 'kept' | Survivors): void {
    this.network.kill(run.process);
    run.machine.disk.crash(left);
    this.#runs.delete(run.machine.name);
  }

  #clientTransport(process: SimProcess, onRequest: SimClientOptions['onRequest']): ClientTransport {
    return {
      connect: (endpoint: Endpoint): ClientConnection => {
        const { network } = this;
        const target = (): NodeRun | undefined => {
          const run = this.#runs.get(endpoint.host);
          return run?.isUp() === true ? run : undefined;
        };
        return new SimConnection({ endpoint, process, network, target, onRequest });
      },
    };
  }
}

const SIM_FACTS = {
  pid: 1,
  nodeVersion: '0.0.0',
  release: '0.0.0-sim',
  rssBytes: (): number => 0,
  heapBytes: (): number => 0,
  eventLoopDelayP99Ms: (): number => 0,
};
