import type { ClientResult } from '../../../src/node/core/operations.js';
import { KvError } from '../../../src/node/core/errors.js';
import type { MetadataChange } from '../../../src/node/core/metadata/cluster-metadata.js';
import { tokenOf } from '../../../src/node/core/ring/token.js';
import type { Version } from '../../../src/node/core/version/version.js';
import { eachTurn } from '../../../src/node/io/turn.js';
import type { ClusterView } from '../../../src/node/services.js';
import { Scheduler } from '../../../src/sim/scheduler.js';
import type { NodeRun } from '../../../src/sim/node-run.js';
import { SimCluster } from '../../../src/sim/sim-cluster.js';
import { assert } from '../../../src/stdx/assert.js';
import { utf8Decode, utf8Encode } from '../../../src/stdx/bytes.js';

/** Virtual time within which everything that is asked of a cluster must have ended. */
const LIMIT_MS = 60_000;

/** Whole nodes n1..nN over virtual time that know each other, and the words for what a test does with them. */
export class BootedCluster extends SimCluster {
  static async of(size: number, seed = 1): Promise<BootedCluster> {
    const cluster = new BootedCluster(new Scheduler(eachTurn), seed);
    await cluster.boot(size);
    return cluster;
  }

  /** Lets virtual time pass until the promise settles. */
  async run<T>(promise: Promise<T>): Promise<T> {
    return await this.scheduler.settle(promise, LIMIT_MS);
  }

  /** The coded error with which a promise ends. */
  async failure(promise: Promise<unknown>): Promise<KvError> {
    const end: unknown = await this.run(
      promise.then(
        () => undefined,
        (error: unknown) => error,
      ),
    );
    if (end instanceof KvError) return end;
    throw new Error('it did not end with a coded error', { cause: end });
  }

  /** Starts a node that must not stay, and gives the reason for which it refused to start, or ended. */
  async startRefused(name: string): Promise<KvError> {
    let run: NodeRun;
    try {
      run = await this.start(name);
    } catch (error) {
      if (error instanceof KvError) return error;
      throw error;
    }
    await this.until(() => run.ended() !== undefined);
    return this.reasonOf(run);
  }

  /** The coded error with which a run ended itself. */
  reasonOf(run: NodeRun): KvError {
    const reason = run.ended();
    if (reason instanceof KvError) return reason;
    throw new Error(`${run.machine.name} did not end with a coded error`, { cause: reason });
  }

  async until(condition: () => boolean, limitMs = LIMIT_MS): Promise<void> {
    await this.scheduler.until(condition, limitMs);
  }

  /** One operation, coordinated by the named node without a client between. */
  async execute(name: string, operation: NodeOperation): Promise<ClientResult> {
    const { kind, key, value = '', level = 'quorum', version, ttlMs } = operation;
    const { namespace = 'default' } = operation;
    const common = { key: utf8Encode(key), namespace, level, trace: false };
    const write = { ...common, version };
    const request =
      kind === 'put' ? { ...write, kind, value: utf8Encode(value), ttlMs } : { ...common, kind };
    return await this.run(
      new Promise<ClientResult>((resolve, reject) => {
        this.at(name).node.execute(request, 2_000, (result) => {
          if (result instanceof KvError) reject(result);
          else resolve(result);
        });
      }),
    );
  }

  /** How one node sees another. */
  sees(observer: string, name: string): string | undefined {
    return this.at(observer)
      .node.admin.describe()
      .nodes.find((node) => node.name === name)?.liveness;
  }

  view(name: string): ClusterView {
    const view = this.at(name).node.metadata.current();
    assert(view !== undefined, `${name} is in a cluster`);
    return view;
  }

  epoch(name: string): number {
    return this.view(name).metadata.epoch;
  }

  /** The names of the replicas of a key, as the named node plans. */
  replicas(name: string, key: string): readonly string[] {
    const view = this.view(name);
    const { members, namespaces } = view.metadata;
    const [namespace] = namespaces;
    assert(namespace !== undefined, 'the default namespace always exists');
    const ids = view.placementOf(namespace).replicaSetOf(tokenOf(utf8Encode(key)));
    return ids.map((id) => members.find((member) => member.nodeId === id)?.name ?? id);
  }

  /** A key whose replicas the predicate likes. */
  keyWhere(name: string, likes: (replicas: readonly string[]) => boolean): string {
    for (let i = 0; i < 10_000; i++) if (likes(this.replicas(name, `k${i}`))) return `k${i}`;
    throw new Error('no key has such replicas');
  }

  /** Removes a member for good, as the named node proposes it. */
  async remove(proposer: string, name: string): Promise<void> {
    const gone = ({ metadata }: ClusterView): MetadataChange | undefined => {
      const member = metadata.members.find((one) => one.name === name);
      assert(member !== undefined, `${name} is or was a member`);
      return member.state === 'removed' ? undefined : { kind: 'remove', nodeId: member.nodeId };
    };
    await this.run(this.at(proposer).node.metadata.change(gone, 5_000));
  }
}

/** What `execute` asks of a node. */
export interface NodeOperation {
  readonly kind: 'get' | 'put';
  readonly key: string;
  readonly namespace?: string;
  readonly value?: string;
  readonly level?: string;
  /** Undefined lets the node stamp a write itself. */
  readonly version?: Version | undefined;
  readonly ttlMs?: number;
}

/** The text of a value that was read; undefined when there was none. */
export function text(result: { readonly value: Uint8Array | undefined }): string | undefined {
  return result.value === undefined ? undefined : utf8Decode(result.value);
}
