import { eachTurn } from '../../../../src/node/io/turn.js';
import type { KvError } from '../../../../src/node/core/errors.js';
import { LIMITS } from '../../../../src/node/core/limits.js';
import type {
  ClusterMetadata,
  MetadataChange,
} from '../../../../src/node/core/metadata/cluster-metadata.js';
import { applyEntry } from '../../../../src/node/core/metadata/transformations.js';
import type { ClientRequest, ClientResult } from '../../../../src/node/core/operations.js';
import { tokenOf } from '../../../../src/node/core/ring/token.js';
import { DEFAULT_SETTINGS } from '../../../../src/node/core/settings.js';
import { encodeDataKey } from '../../../../src/node/core/version/data-key.js';
import type { StoredRecord } from '../../../../src/node/core/version/record.js';
import { encodeRecord } from '../../../../src/node/core/version/record-codec.js';
import type { Version } from '../../../../src/node/core/version/version.js';
import { clusterViewOf } from '../../../../src/node/metadata/cluster-view.js';
import { SHARD_FOLDER } from '../../../../src/node/store/store.js';
import { SimNetwork } from '../../../../src/sim/network.js';
import { Scheduler } from '../../../../src/sim/scheduler.js';
import { SeededRandom } from '../../../../src/sim/seeded-random.js';
import { utf8Encode } from '../../../../src/stdx/bytes.js';
import { addressOf, TestNode, type TestWorld } from './test-node.js';

export interface TestClusterOptions {
  readonly nodes?: number;
  /** The data centre of each node; `dc1` for all by default. */
  readonly dcs?: readonly string[];
  readonly opened?: boolean;
}

/** Nodes on one virtual clock and network, with metadata that a test publishes. */
export class TestCluster implements TestWorld {
  readonly scheduler = new Scheduler(eachTurn);
  readonly random = new SeededRandom(7);
  readonly network = new SimNetwork(this.scheduler, this.random);
  readonly nodes: readonly TestNode[];
  readonly #dcs: readonly string[];
  state: ClusterMetadata;

  private constructor({ nodes = 3, dcs = [], opened = true }: TestClusterOptions) {
    this.#dcs = dcs;
    this.nodes = Array.from({ length: nodes }, (_, i) => new TestNode(this, i));
    this.state = this.#joined(nodes);
    if (opened) this.state = this.#after({ kind: 'open' });
  }

  static async start(options: TestClusterOptions = {}): Promise<TestCluster> {
    const cluster = new TestCluster(options);
    for (const node of cluster.nodes) await node.start(cluster);
    cluster.publish(cluster.state);
    return cluster;
  }

  node(name: string): TestNode {
    const found = this.nodes.find((node) => node.name === name);
    if (found === undefined) throw new Error(`no node ${name}`);
    return found;
  }

  publish(state: ClusterMetadata, names = this.nodes.map(({ name }) => name)): void {
    this.state = state;
    for (const name of names) this.node(name).metadata.publish(state);
  }

  openAll(): void {
    if (!this.state.opened) this.publish(this.#after({ kind: 'open' }));
  }

  /** The state in which the nodes that hold a key are these: everybody else has left. */
  without(name: string): ClusterMetadata {
    return this.#after({ kind: 'remove', nodeId: this.node(name).id });
  }

  /** The state in which a plan that lets a node go has come to a step. */
  leaving(name: string, to: 'prepare' | 'write-both' | 'read-new' | 'done'): ClusterMetadata {
    const plan = this.state.epoch + 2;
    const steps = ['write-both', 'read-new', 'done'] as const;
    const changes: MetadataChange[] = [
      { kind: 'stage-leave', nodeId: this.node(name).id, isDead: false },
      { kind: 'begin-plan' },
      ...steps
        .slice(0, to === 'prepare' ? 0 : steps.indexOf(to) + 1)
        .map((step) => ({ kind: 'step-plan', plan, to: step }) as const),
    ];
    return changes.reduce((state, change) => afterChange(state, change), this.state);
  }

  /** The state after one more step of the plan that runs. */
  stepped(to: 'read-new' | 'done'): ClusterMetadata {
    return this.#after({ kind: 'step-plan', plan: this.state.plan?.id ?? 0, to });
  }

  tokenOf(key: string): number {
    return tokenOf(utf8Encode(key));
  }

  /** Names of the nodes that hold a key, by the newest published state. */
  ownersOf(key: string): readonly string[] {
    const view = clusterViewOf(this.state);
    const [namespace] = this.state.namespaces;
    if (namespace === undefined) throw new Error('there is a namespace');
    const owners = view.placementOf(namespace).replicaSetOf(this.tokenOf(key));
    return this.nodes.filter(({ id }) => owners.includes(id)).map(({ name }) => name);
  }

  /** Runs one operation to its end, in virtual time. */
  async run(
    coordinator: string,
    request: ClientRequest,
    remainingMs: number = LIMITS.requestMs,
  ): Promise<ClientResult | KvError> {
    return await this.scheduler.settle(this.begin(coordinator, request, remainingMs), 60_000);
  }

  /** Begins an operation; time passes only while the scheduler runs. */
  begin(
    coordinator: string,
    request: ClientRequest,
    remainingMs: number = LIMITS.requestMs,
  ): Promise<ClientResult | KvError> {
    return new Promise((resolve, reject) => {
      let answers = 0;
      this.node(coordinator).coordinator.execute(request, remainingMs, (result) => {
        answers += 1;
        if (answers > 1) reject(new Error('an operation was answered twice'));
        else resolve(result);
      });
    });
  }

  /** Puts a copy into the store of one node, behind the back of the others. */
  async plant(name: string, key: string, copy: PlantedCopy): Promise<void> {
    await this.scheduler.settle(this.beginPlant(name, key, copy), 1000);
  }

  /** Begins to put a copy into a store; time passes only while the scheduler runs. */
  beginPlant(name: string, key: string, copy: PlantedCopy): Promise<void> {
    const bytes = utf8Encode(key);
    const token = tokenOf(bytes);
    const record = encodeRecord(encodeDataKey({ namespace: 1, token, key: bytes }), {
      version: copy.version,
      tombstone: copy.value === undefined,
      expiresAtMs: copy.expiresAtMs,
      value: utf8Encode(copy.value ?? ''),
    });
    const mutation = { namespace: 1, token, key: bytes, record, repair: false } as const;
    return new Promise<void>((resolve, reject) => {
      this.node(name).store.apply({ ...mutation, priority: 'live' }, ({ kind }) => {
        if (kind === 'written') resolve();
        else reject(new Error(`planting ended ${kind}`));
      });
    });
  }

  /** What the store of one node holds. */
  async copyOn(name: string, key: string): Promise<StoredRecord | 'missing' | 'corrupt'> {
    const bytes = utf8Encode(key);
    const query = { namespace: 1, token: tokenOf(bytes), key: bytes };
    const found = new Promise<StoredRecord | 'missing' | 'corrupt'>((resolve, reject) => {
      this.node(name).store.read(query, (outcome) => {
        if (outcome.kind === 'found') resolve(outcome.record);
        else if (outcome.kind === 'missing' || outcome.kind === 'corrupt') resolve(outcome.kind);
        else reject(new Error(outcome.kind));
      });
    });
    return await this.scheduler.settle(found, 1000);
  }

  /** Flips a bit of a copy on the disk of one node. */
  damage(name: string, key: string): void {
    const bytes = utf8Encode(key);
    const dataKey = encodeDataKey({ namespace: 1, token: tokenOf(bytes), key: bytes });
    this.node(name).disk.damage(SHARD_FOLDER, dataKey, (value) => {
      value[value.length - 5]! ^= 1;
      return value;
    });
  }

  #joined(nodes: number): ClusterMetadata {
    let state: ClusterMetadata | undefined;
    for (const [i, node] of this.nodes.entries()) {
      const member = this.#descriptorOf(node, i);
      const tokens = Array.from({ length: 8 }, (_, j) => 4096 * (1 + (j * nodes + i) * 10_000));
      state = applyEntry(state, {
        epoch: (state?.epoch ?? 0) + 1,
        id: String(i).padStart(16, '0'),
        change:
          i === 0
            ? {
                kind: 'init',
                clusterId: 'c'.repeat(16),
                clusterName: 'test',
                settings: DEFAULT_SETTINGS,
                member,
                tokens,
              }
            : { kind: 'join', member, tokens },
      });
    }
    if (state === undefined) throw new Error('a cluster has a node');
    return state;
  }

  #descriptorOf(
    node: TestNode,
    index: number,
  ): Extract<MetadataChange, { kind: 'join' }>['member'] {
    const { host, port } = addressOf(node);
    return {
      nodeId: node.id,
      name: node.name,
      host,
      rack: 'r1',
      dc: this.#dcs[index] ?? 'dc1',
      addresses: { host, clientPort: 1, peerPort: port, httpPort: 3 },
      release: 'test',
    };
  }

  #after(change: MetadataChange): ClusterMetadata {
    return afterChange(this.state, change);
  }
}

function afterChange(state: ClusterMetadata, change: MetadataChange): ClusterMetadata {
  const epoch = state.epoch + 1;
  return applyEntry(state, { epoch, id: String(epoch).padStart(16, 'a'), change });
}

export interface PlantedCopy {
  readonly version: Version;
  /** Undefined plants a tombstone. */
  readonly value: string | undefined;
  readonly expiresAtMs?: number;
}
