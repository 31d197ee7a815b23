import { KvClient, type ClientOptions } from '../client/client.js';
import type { ClientConnection, ClientTransport, Endpoint } from '../client/transport.js';
import type { NodeAddresses } from '../node/core/metadata/cluster-metadata.js';
import { DEFAULT_SETTINGS } from '../node/core/settings.js';
import { KvNode } from '../node/node.js';
import type { NodeIntent } from '../node/open-directory.js';
import { assert } from '../stdx/assert.js';
import { MemoryDisk } from './memory-disk.js';
import type { DiskStep } from './memory-storage.js';
import { SimNetwork } from './network.js';
import { LogRecorder, MetricsRecorder } from './recorders.js';
import type { Scheduler } from './scheduler.js';
import { SeededRandom } from './seeded-random.js';
import { SimConnection } from './sim-connection.js';
import { SimProcess } from './sim-process.js';

/** Where a simulated node is, and what outlives its restarts. */
export interface SimMachine {
  readonly name: string;
  readonly disk: MemoryDisk;
  readonly log: LogRecorder;
  readonly addresses: NodeAddresses;
  /** How far its wall clock is off, in ms. */
  clockOffsetMs: number;
}

/** How long one step of the disk of a machine takes, in ms; zero lets it go at once. */
export type DiskDelay = (machine: string, step: DiskStep) => number;

/** One run of a node. */
export interface SimNode {
  readonly machine: SimMachine;
  readonly process: SimProcess;
  readonly metrics: MetricsRecorder;
  readonly node: KvNode;
  /** Why it ended itself, when it did. */
  readonly ended: () => Error | undefined;
}

const START_MS = 60_000;
const CLIENT_PORT = 7400;
const PEER_PORT = 8400;
const HTTP_PORT = 9400;

/** Whole nodes and clients over virtual time: the production code, an env in memory. */
export class SimCluster {
  readonly scheduler: Scheduler;
  readonly network: SimNetwork;
  readonly random: SeededRandom;
  /** Slow disks; may be changed while they are in use. */
  diskDelayMs: DiskDelay = () => 0;
  readonly #machines = new Map<string, SimMachine>();
  readonly #running = new Map<string, SimNode>();

  constructor(scheduler: Scheduler, seed: number) {
    this.scheduler = scheduler;
    this.random = new SeededRandom(seed);
    this.network = new SimNetwork(scheduler, this.random);
  }

  /** A cluster of `count` nodes n1, n2 ..., all of which know each other. */
  async boot(count: number): Promise<readonly SimNode[]> {
    const first = await this.start('n1', {
      kind: 'init',
      clusterName: 'sim',
      settings: DEFAULT_SETTINGS,
    });
    for (let i = 2; i <= count; i++) {
      await this.start(`n${i}`, {
        kind: 'join',
        clusterId: first.node.clusterId(),
        seeds: [peerAddress(first.machine)],
      });
    }
    await this.scheduler.until(() => this.#settled(count), START_MS);
    return this.running();
  }

  running(): readonly SimNode[] {
    return [...this.#running.values()];
  }

  /** The run of a node that is up. */
  at(name: string): SimNode {
    const node = this.#running.get(name);
    assert(node !== undefined, `${name} does not run`);
    return node;
  }

  machine(name: string): SimMachine {
    return this.#machines.get(name) ?? this.addMachine(name, this.#newDisk(name));
  }

  /** A machine with a disk of before: a clone, or an old image. Replaces the machine of that name. */
  addMachine(name: string, disk: MemoryDisk): SimMachine {
    const ports = { clientPort: CLIENT_PORT, peerPort: PEER_PORT, httpPort: HTTP_PORT };
    const addresses = { host: name, ...ports };
    const machine = { name, disk, log: new LogRecorder(), addresses, clockOffsetMs: 0 };
    this.#machines.set(name, machine);
    return machine;
  }

  /**
   * Starts a node on its machine, and waits until it serves.
   * @throws KvError as KvNode.start, or that with which it ended itself meanwhile
   */
  async start(name: string, intent: NodeIntent = { kind: 'restart' }): Promise<SimNode> {
    const machine = this.machine(name);
    const process = new SimProcess(name, this.scheduler);
    process.jumpClock(machine.clockOffsetMs);
    const metrics = new MetricsRecorder();
    let ended: Error | undefined;
    let endStart: (error: Error) => void = () => undefined;
    const endedEarly = new Promise<never>((_resolve, reject) => {
      endStart = reject;
    });
    const fatal = (error: Error): void => {
      ended = error;
      this.network.kill(process);
      machine.disk.crash();
      this.#running.delete(name);
      endStart(error);
    };
    const env = {
      clock: process,
      random: new SeededRandom(this.random.nextU32()),
      disk: machine.disk,
      transport: this.network.transportOf(process, peerAddress(machine)),
      log: machine.log.logger(name),
      metrics,
      facts: SIM_FACTS,
      buggify: () => false,
      fatal,
    };
    const starting = KvNode.start({
      env,
      // A directory knows the name of its node: the machine of a copy has another.
      name: intent.kind === 'restart' ? undefined : name,
      location: { host: name, rack: 'rack1', dc: 'dc1' },
      addresses: machine.addresses,
      vnodes: 16,
      intent,
    });
    endedEarly.catch(() => undefined);
    const node = await this.scheduler.settle(Promise.race([starting, endedEarly]), START_MS);
    const run = { machine, process, metrics, node, ended: () => ended };
    this.#running.set(name, run);
    return run;
  }

  /** As SIGKILL and loss of power: the process is gone, and with it all that was not synced. */
  kill(name: string): void {
    const { process, machine } = this.at(name);
    this.network.kill(process);
    machine.disk.crash();
    this.#running.delete(name);
  }

  /** Steps the wall clock of a machine, now and for its later starts. */
  stepClock(name: string, byMs: number): void {
    this.machine(name).clockOffsetMs += byMs;
    this.#running.get(name)?.process.jumpClock(byMs);
  }

  /** Cuts a machine off all the others, in both directions, until the network is healed. */
  isolate(name: string): void {
    for (const other of this.#machines.keys()) {
      if (other === name) continue;
      this.network.cut(name, other);
      this.network.cut(other, name);
    }
  }

  /** A client on a machine of its own, whose clock may be wrong. */
  client(
    name: string,
    options: Partial<Pick<ClientOptions, 'endpoints' | 'routing' | 'timeoutMs'>> = {},
  ): {
    readonly client: KvClient;
    readonly process: SimProcess;
  } {
    const process = new SimProcess(name, this.scheduler);
    const client = new KvClient({
      endpoints: [...this.#machines.keys()].map((host) => ({ host, port: CLIENT_PORT })),
      transport: this.#clientTransport(process),
      clock: process,
      random: new SeededRandom(this.random.nextU32()),
      ...options,
    });
    return { client, process };
  }

  #clientTransport(process: SimProcess): ClientTransport {
    return {
      connect: (endpoint: Endpoint): ClientConnection =>
        new SimConnection({
          endpoint,
          process,
          network: this.network,
          target: () => this.#running.get(endpoint.host),
        }),
    };
  }

  #newDisk(name: string): MemoryDisk {
    return new MemoryDisk({
      hold: (step) => {
        const delayMs = this.diskDelayMs(name, step);
        if (delayMs <= 0) return undefined;
        return new Promise((resolve) => this.scheduler.after(delayMs, resolve));
      },
    });
  }

  #settled(count: number): boolean {
    const nodes = this.running();
    if (nodes.length !== count) return false;
    return nodes.every((run) => {
      const view = run.node.admin.describe();
      return (
        view.nodes.length === count &&
        view.epoch === nodes[0]?.node.admin.describe().epoch &&
        view.nodes.every((other) => other.liveness === 'up')
      );
    });
  }
}

function peerAddress(machine: SimMachine): { host: string; port: number } {
  return { host: machine.addresses.host, port: machine.addresses.peerPort };
}

const SIM_FACTS = {
  pid: 1,
  nodeVersion: '0.0.0',
  release: '0.0.0-sim',
  rssBytes: (): number => 0,
  heapBytes: (): number => 0,
  eventLoopDelayP99Ms: (): number => 0,
};
