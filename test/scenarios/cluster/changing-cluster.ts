import { decodeDataKey, DATA_KEYS } from '../../../src/node/core/version/data-key.js';
import type {
  TopologyChange,
  TopologyOrder,
  TopologyView,
} from '../../../src/node/core/views/topology-views.js';
import { SHARD_FOLDER } from '../../../src/node/store/store.js';
import { eachTurn } from '../../../src/node/io/turn.js';
import { Scheduler } from '../../../src/sim/scheduler.js';
import { peerAddressOf } from '../../../src/sim/sim-machine.js';
import { assert } from '../../../src/stdx/assert.js';
import { utf8Decode } from '../../../src/stdx/bytes.js';
import { BootedCluster, text } from './booted-cluster.js';

/** Keys that every cluster here has before its ring changes. */
export const KEYS = Array.from({ length: 60 }, (_, i) => `k${i}`);

/** Virtual time within which a plan must be done, and everything in its place. */
export const MOVE_MS = 120_000;

/** A cluster with data, and the words for changing its ring. */
export class ChangingCluster extends BootedCluster {
  static override async of(size: number, seed = 1): Promise<ChangingCluster> {
    const cluster = new ChangingCluster(new Scheduler(eachTurn), seed);
    await cluster.boot(size);
    for (const key of KEYS) await cluster.put('n1', key, `v ${key}`);
    return cluster;
  }

  /** Starts a node that is staged, and waits until all see it. */
  async join(name: string): Promise<void> {
    const clusterId = this.running()[0]!.node.clusterId();
    const seeds = [peerAddressOf(this.running()[0]!.machine.name)];
    await this.run(this.start(name, { kind: 'join', clusterId, seeds }));
    await this.until(() => this.#allSee(name, 'up'));
  }

  /** Kills a node, and waits until all others hold it for down. */
  async lose(name: string): Promise<void> {
    this.kill(name);
    await this.until(() => this.#allSee(name, 'down'));
  }

  #allSee(name: string, state: string): boolean {
    return this.running().every(({ machine }) => this.sees(machine.name, name) === state);
  }

  async order(
    name: string,
    change: TopologyChange,
    how: Partial<Omit<TopologyOrder, 'change'>> = {},
  ): Promise<TopologyView> {
    const { topology } = this.at(name).node.admin;
    const order = { change, checks: 'strict', commit: false, dryRun: false, ...how } as const;
    return await this.run(topology.change(order, 5_000));
  }

  /** The refusal of an order. */
  async refusal(
    name: string,
    change: TopologyChange,
    how: Partial<Omit<TopologyOrder, 'change'>> = {},
  ): Promise<string> {
    const { topology } = this.at(name).node.admin;
    const order = { change, checks: 'strict', commit: false, dryRun: false, ...how } as const;
    return (await this.failure(topology.change(order, 5_000))).message;
  }

  /** Waits until the plan that runs is in this step, for the named node. */
  async stepped(name: string, step: string): Promise<void> {
    await this.until(() => this.view(name).metadata.plan?.step === step, MOVE_MS);
  }

  /** Waits until all running nodes know of no plan any more. */
  async planEnds(): Promise<void> {
    await this.until(
      () =>
        this.running().every(({ node }) => {
          const metadata = node.metadata.current()?.metadata;
          return metadata !== undefined && metadata.plan === undefined;
        }),
      MOVE_MS,
    );
  }

  async put(name: string, key: string, value: string): Promise<void> {
    await this.execute(name, { kind: 'put', key, value, level: 'quorum' });
  }

  async get(name: string, key: string, level = 'quorum'): Promise<string | undefined> {
    const result = await this.execute(name, { kind: 'get', key, level });
    assert(result.kind === 'read', 'a get is answered by a read');
    return text(result);
  }

  /** `n1 normal`, `n4 joining`, as the named node knows it. */
  members(name: string): readonly string[] {
    return this.view(name).metadata.members.map((member) => `${member.name} ${member.state}`);
  }

  /** The keys of the records that are on the disk of a machine. */
  keysOn(name: string): readonly string[] {
    const keys = this.machine(name).disk.keys(SHARD_FOLDER, DATA_KEYS);
    return keys.map((key) => utf8Decode(decodeDataKey(key).key)).sort();
  }

  /** Whether each running node holds on its disk what the ring says that it holds of some keys, and nothing else. */
  isInPlace(keys: readonly string[] = KEYS): boolean {
    const [first] = this.running();
    assert(first !== undefined, 'somebody runs');
    return this.running().every(({ machine: { name } }) => {
      const own = keys.filter((key) => this.replicas(first.machine.name, key).includes(name));
      return JSON.stringify(this.keysOn(name)) === JSON.stringify(own.sort());
    });
  }
}
