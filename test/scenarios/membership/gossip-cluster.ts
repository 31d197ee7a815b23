import { eachTurn } from '../../../src/node/io/turn.js';
import { KvError } from '../../../src/node/core/errors.js';
import { formatAddresses } from '../../../src/node/core/membership/address-fact.js';
import { FACT } from '../../../src/node/core/membership/fact-names.js';
import { WIRE_VERSION, type Hello } from '../../../src/node/core/messages.js';
import type {
  ClusterMetadata,
  Member,
  MembershipState,
} from '../../../src/node/core/metadata/cluster-metadata.js';
import { DEFAULT_SETTINGS } from '../../../src/node/core/settings.js';
import type { EventView } from '../../../src/node/core/views/event-views.js';
import type { LivenessState } from '../../../src/node/core/views/node-views.js';
import type { Transport } from '../../../src/node/env/transport.js';
import type { PeerSeen } from '../../../src/node/membership/endpoint-news.js';
import { Membership } from '../../../src/node/membership/membership.js';
import { SimNetwork } from '../../../src/sim/network.js';
import { LogRecorder, MetricsRecorder } from '../../../src/sim/recorders.js';
import { Scheduler } from '../../../src/sim/scheduler.js';
import { SeededRandom } from '../../../src/sim/seeded-random.js';
import { SimProcess } from '../../../src/sim/sim-process.js';
import { UnlikelyBranches } from '../../unit/node/unlikely-branches.js';

/** One run of a node that only gossips, and what it noticed. */
export interface GossipNode {
  readonly name: string;
  readonly process: SimProcess;
  readonly transport: Transport;
  readonly membership: Membership;
  readonly metrics: MetricsRecorder;
  readonly events: readonly string[];
  readonly peersSeen: readonly PeerSeen[];
  readonly epochsSeen: readonly number[];
}

interface StartOptions {
  readonly boot?: number;
  readonly nonce?: string;
  readonly port?: number;
  readonly metadata?: ClusterMetadata;
}

export function idOf(name: string): string {
  return name.slice(1).padStart(16, '0');
}

/** Nodes n1..nN that run membership alone, over the simulated network and a virtual clock. */
export class GossipCluster {
  readonly scheduler = new Scheduler(eachTurn);
  readonly random: SeededRandom;
  readonly network: SimNetwork;
  /** What all nodes are asked to do the unlikely way. */
  readonly unlikely = new UnlikelyBranches();
  readonly nodes = new Map<string, GossipNode>();
  readonly #names: readonly string[];
  #epoch = 1;
  #removed: ReadonlySet<string> = new Set();

  constructor(size: number, seed = 1) {
    this.random = new SeededRandom(seed);
    this.network = new SimNetwork(this.scheduler, this.random);
    this.#names = Array.from({ length: size }, (_, i) => `n${i + 1}`);
  }

  static async started(size: number, seed = 1): Promise<GossipCluster> {
    const cluster = new GossipCluster(size, seed);
    for (const name of cluster.#names) cluster.start(name);
    await cluster.until(() => cluster.allSee('up'), 15_000);
    return cluster;
  }

  /** Lets time pass until the condition holds, looking every 50 ms; how long that took in ms. */
  async until(condition: () => boolean, limitMs: number): Promise<number> {
    const startMs = this.scheduler.nowMs();
    while (!condition()) {
      const tookMs = this.scheduler.nowMs() - startMs;
      if (tookMs >= limitMs) throw new Error(`not true within ${limitMs} ms of virtual time`);
      await this.scheduler.advance(50);
    }
    return this.scheduler.nowMs() - startMs;
  }

  start(name: string, options: StartOptions = {}): GossipNode {
    const { boot = 1, nonce = `nonce-${boot}`, port = portOf(name) } = options;
    const process = new SimProcess(name, this.scheduler);
    const address = { host: '10.0.0.1', port };
    const transport = this.network.transportOf(process, address);
    const [metrics, log] = [new MetricsRecorder(), new LogRecorder()];
    const [events, peersSeen, epochsSeen] = [[] as string[], [] as PeerSeen[], [] as number[]];
    const random = new SeededRandom(this.random.nextU32());
    const { buggify } = this.unlikely;
    const membership = new Membership({
      env: { clock: process, random, transport, log: log.logger(name), metrics, buggify },
      self: { nodeId: idOf(name), boot, nonce, name },
      events: { emit: (event) => void events.push(textOf(event)) },
      onEpochSeen: (epoch) => void epochsSeen.push(epoch),
      onPeerSeen: (seen) => void peersSeen.push(seen),
    });
    const hello = (): Hello => helloOf(name, { boot, nonce });
    transport.start(
      {
        admit: () => undefined,
        data: (_from, _call, done) => {
          done({ kind: 'failed', code: 'KV_NOT_READY', message: 'only gossip runs here' });
        },
        control: (from, request, remainingMs) =>
          membership.handleControl(from, request, remainingMs),
        meta: () => Promise.reject(new KvError('KV_NOT_READY', 'only gossip runs here')),
        repair: () => Promise.reject(new KvError('KV_NOT_READY', 'only gossip runs here')),
        refused: () => undefined,
      },
      hello,
    );
    membership.setMembers(options.metadata ?? this.metadata());
    const at = { host: '10.0.0.1', clientPort: port, peerPort: port, httpPort: port };
    membership.setFact(FACT.address, formatAddresses(at));
    membership.start();
    const node = { name, process, transport, membership, metrics, events, peersSeen, epochsSeen };
    this.nodes.set(name, node);
    return node;
  }

  kill(name: string): void {
    this.network.kill(this.node(name).process);
    this.nodes.delete(name);
  }

  node(name: string): GossipNode {
    const node = this.nodes.get(name);
    if (node === undefined) throw new Error(`${name} does not run`);
    return node;
  }

  living(): readonly GossipNode[] {
    return [...this.nodes.values()];
  }

  others(name: string): readonly GossipNode[] {
    return this.living().filter((node) => node.name !== name);
  }

  /** What one node believes of another. */
  sees(observer: string, target: string): LivenessState {
    return this.node(observer).membership.stateOf(idOf(target));
  }

  /** True when every running node believes so of `targets`, or of every running node. */
  allSee(state: LivenessState, targets = [...this.nodes.keys()]): boolean {
    return this.living().every((node) =>
      targets.every((name) => name === node.name || this.sees(node.name, name) === state),
    );
  }

  /** Events of all nodes that contain a text, each after the name of who saw it. */
  eventsWith(text: string): readonly string[] {
    return this.living().flatMap((node) =>
      node.events.filter((event) => event.includes(text)).map((event) => `${node.name}: ${event}`),
    );
  }

  /** The metadata after the removal of a node; to be given to those who shall know. */
  remove(name: string): ClusterMetadata {
    this.#epoch += 1;
    this.#removed = new Set([...this.#removed, name]);
    return this.metadata();
  }

  metadata(): ClusterMetadata {
    const members = this.#names.map((name) =>
      memberOf(name, this.#removed.has(name) ? 'removed' : 'normal'),
    );
    return {
      epoch: this.#epoch,
      clusterId: 'c1',
      clusterName: 'gossip',
      minFormat: 1,
      members,
      voters: members.slice(0, 3).map((member) => member.nodeId),
      opened: true,
      settings: DEFAULT_SETTINGS,
      namespaces: [],
      placementEpoch: 1,
    };
  }
}

function portOf(name: string): number {
  return 10_000 + Number(name.slice(1));
}

function memberOf(name: string, state: MembershipState): Member {
  const port = portOf(name);
  return {
    nodeId: idOf(name),
    name,
    host: name,
    rack: 'r1',
    dc: 'dc1',
    addresses: { host: '10.0.0.1', clientPort: port, peerPort: port, httpPort: port },
    release: '0.1.0',
    state,
    tokens: [],
    joinedEpoch: 1,
  };
}

function helloOf(name: string, { boot, nonce }: { boot: number; nonce: string }): Hello {
  return {
    clusterId: 'c1',
    nodeId: idOf(name),
    name,
    boot,
    nonce,
    sequence: 0,
    wireMin: WIRE_VERSION.min,
    wireMax: WIRE_VERSION.max,
    format: 1,
  };
}

function textOf(event: Pick<EventView, 'severity' | 'message'>): string {
  return `${event.severity} ${event.message}`;
}
