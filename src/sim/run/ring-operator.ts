import { KvError } from '../../node/core/errors.js';
import type { ClusterMetadata, Member } from '../../node/core/metadata/cluster-metadata.js';
import type { TopologyChange, TopologyOrder } from '../../node/core/views/topology-views.js';
import type { Random } from '../../node/env/random.js';
import type { ClusterView } from '../../node/services.js';
import { newestViewOf } from '../newest-view.js';
import type { NodeRun } from '../node-run.js';
import { peerAddressOf } from '../sim-machine.js';
import { pick } from '../workload/key-space.js';
import type { Findings } from './findings.js';
import type { World } from './world.js';

/** Mean time between two looks at what could be changed next. */
const TURN_MS = 12_000;
const ORDER_MS = 5_000;
/** Members that own ranges: never fewer, never more by an order of this operator. */
const LEAST = 4;
const MOST = 7;
/** A node that has just come is killed now and then, for at most so long. */
const KILL_MOST_MS = 15_000;
/** Once all is well again a plan ends within this time. */
const END_MS = 180_000;
const LOOK_MS = 1_000;

/** What was ordered, by kind. */
export type RingChanges = Readonly<Record<string, number>>;

/**
 * Somebody who changes the ring while clients work and faults strike: nodes join, leave, and namespaces get other copies, one or several in a plan;
 * plans are paused and given up, nodes that join are killed, and now and then one dies for good, and is removed or replaced. Data that is acknowledged must survive all of it.
 */
export class RingOperator {
  readonly #world: World;
  readonly #random: Random;
  readonly #findings: Findings;
  readonly #hasRot: boolean;
  readonly #counts = new Map<string, number>();
  #nextNode: number;
  /** A node that was killed for good, and is to be removed or replaced. */
  #dead: string | undefined;
  #stopped = false;

  /** `hasRot`: disks flip bits in this run. */
  constructor(
    world: World,
    random: Random,
    { findings, hasRot }: { readonly findings: Findings; readonly hasRot: boolean },
  ) {
    this.#world = world;
    this.#random = random;
    this.#findings = findings;
    this.#hasRot = hasRot;
    this.#nextNode = 0;
  }

  /** Begins, in a cluster of so many nodes. */
  start(nodes: number): void {
    this.#nextNode = nodes + 1;
    this.#next();
  }

  /** Begins nothing more; what is under way goes on. */
  stop(): void {
    this.#stopped = true;
  }

  changes(): RingChanges {
    return Object.fromEntries(this.#counts);
  }

  /** Sees to it that what is staged or under way comes to its end. */
  async finish(): Promise<void> {
    const { cluster } = this.#world;
    await this.#finish();
    for (const run of cluster.running())
      if (this.#isStranded(run)) this.#world.supervisor.hold(run.machine.name);
    for (const run of cluster.running()) if (this.#isStranded(run)) cluster.kill(run.machine.name);
  }

  /** A node that was removed while it was down, and knows nobody any more who could tell it, has to be stopped by its operator. */
  #isStranded({ node, machine }: NodeRun): boolean {
    const { cluster } = this.#world;
    const now = newestViewOf(cluster)?.metadata.members ?? [];
    const isGone = (id: string): boolean =>
      now.some(({ nodeId, state }) => nodeId === id && state === 'removed');
    const known = node.metadata.current()?.metadata.members ?? [];
    const isRemoved = now.some(({ name, state }) => name === machine.name && state === 'removed');
    return (
      isRemoved &&
      known.every(
        ({ nodeId, name, state }) => state === 'removed' || name === machine.name || isGone(nodeId),
      )
    );
  }

  async #finish(): Promise<void> {
    const { cluster } = this.#world;
    for (let waitedMs = 0; waitedMs < END_MS; waitedMs += LOOK_MS) {
      const metadata = newestViewOf(cluster)?.metadata;
      if (metadata !== undefined) this.#raise(metadata);
      if (metadata?.plan === undefined && metadata?.staged === undefined) return;
      if (metadata.staged !== undefined) this.#order({ action: 'commit' });
      else if (metadata.plan?.paused === true)
        this.#order({ action: 'resume', plan: metadata.plan.id });
      await cluster.scheduler.advance(LOOK_MS);
    }
    const plan = newestViewOf(cluster)?.metadata.plan;
    const waits = cluster.running().flatMap(({ node, machine }) => {
      const { report, waitsFor } = node.plan();
      return [report?.waitsFor ?? '', waitsFor]
        .filter((why) => why !== '')
        .map((why) => `${machine.name} waits for ${why}`);
    });
    this.#findings.add(
      'not-converged',
      `${END_MS} ms after the last fault plan ${plan?.id ?? 0} is in step ${plan?.step ?? 'none'}: ${waits.join('; ')}`,
    );
  }

  #next(): void {
    this.#world.cluster.scheduler.after(this.#random.nextFloat() * 2 * TURN_MS, () => {
      if (this.#stopped) return;
      this.#turn();
      this.#next();
    });
  }

  #turn(): void {
    const view = newestViewOf(this.#world.cluster);
    if (view === undefined || !view.metadata.opened) return;
    const { plan, staged, members } = view.metadata;
    if (members.some(({ name, state }) => name === this.#dead && state === 'removed'))
      this.#dead = undefined;
    if (plan !== undefined) this.#meddle(view);
    else if (staged !== undefined) {
      const [first] = staged;
      const newcomer = members.find(
        ({ nodeId }) => first?.kind === 'join' && nodeId === first.nodeId,
      );
      const isReplacing = first?.kind === 'join' && first.replaces !== undefined;
      if (this.#dead !== undefined && newcomer !== undefined && !isReplacing)
        this.#order({ action: 'replace', node: this.#dead, by: newcomer.name });
      else if (this.#random.nextFloat() < 0.7) this.#order({ action: 'commit' });
      else this.#stage(view);
    } else this.#stage(view);
  }

  /** Something about the plan that runs. */
  #meddle({ metadata: { plan } }: ClusterView): void {
    if (plan === undefined) return;
    const chance = this.#random.nextFloat();
    if (plan.paused) this.#order({ action: 'resume', plan: plan.id });
    else if (chance < 0.1) this.#order({ action: 'cancel', plan: plan.id });
    else if (chance < 0.2) this.#order({ action: 'pause', plan: plan.id });
    else if (chance < 0.5) this.#killNewcomer();
  }

  #stage(view: ClusterView): void {
    const owners = view.metadata.members.filter(({ state }) => state === 'normal');
    const chance = this.#random.nextFloat();
    if (this.#dead !== undefined) {
      if (chance < 0.7) this.#order({ action: 'remove', node: this.#dead });
      else this.#join();
      return;
    }
    // With another copy that cannot be read, too few would be left of some key.
    if (owners.length > LEAST && chance > 0.9 && !this.#hasRot) {
      this.#bury(owners);
      return;
    }
    if (owners.length <= LEAST || (owners.length < MOST && chance < 0.45)) this.#join();
    else if (chance < 0.85) this.#leave(owners);
    else this.#replicate();
  }

  #join(): void {
    const { cluster, supervisor } = this.#world;
    const seeds = cluster.running().map(({ machine }) => peerAddressOf(machine.name));
    const [first] = cluster.running();
    if (first === undefined) return;
    const name = `n${this.#nextNode}`;
    this.#nextNode += 1;
    this.#count('join');
    supervisor.adopt(name, { kind: 'join', clusterId: first.node.clusterId(), seeds });
    supervisor.ensure(name);
  }

  #leave(owners: readonly Member[]): void {
    const { name } = pick(owners, this.#random);
    this.#order({ action: 'leave', node: name });
  }

  #replicate(): void {
    // Of two copies one that cannot be read leaves no quorum to heal it.
    const least = this.#hasRot ? 3 : 2;
    const copies = least + Math.floor(this.#random.nextFloat() * 3);
    this.#order({ action: 'replicate', namespace: 'default', replication: { dc1: copies } });
  }

  /** Kills a node that nobody starts again. */
  #bury(owners: readonly Member[]): void {
    const { cluster, supervisor } = this.#world;
    const { name } = pick(owners, this.#random);
    if (cluster.find(name) === undefined) return;
    this.#count('bury');
    this.#dead = name;
    supervisor.hold(name);
    cluster.kill(name);
  }

  /** Who was to be removed, and is not, runs again: all must be well in the end. */
  #raise({ members, plan, staged = [] }: ClusterMetadata): void {
    const dead = members.find(({ name }) => name === this.#dead);
    const isGoing = [...(plan?.changes ?? []), ...staged].some(
      (one) =>
        (one.kind === 'leave' && one.nodeId === dead?.nodeId) ||
        (one.kind === 'join' && one.replaces === dead?.nodeId),
    );
    if (dead?.state === 'removed') this.#dead = undefined;
    if (dead === undefined || dead.state === 'removed' || isGoing) return;
    this.#world.supervisor.release(dead.name);
    this.#dead = undefined;
  }

  /** The schedule of faults knows only the nodes of the beginning. */
  #killNewcomer(): void {
    const { cluster, supervisor } = this.#world;
    const newcomers = cluster
      .processes()
      .filter(({ machine }) => supervisor.isAdopted(machine.name));
    if (newcomers.length === 0) return;
    const { name } = pick(newcomers, this.#random).machine;
    this.#count('kill');
    supervisor.hold(name);
    cluster.kill(name, ({ unsynced, underWay }) =>
      Math.floor(this.#random.nextFloat() * (unsynced + underWay)),
    );
    cluster.scheduler.after(this.#random.nextFloat() * KILL_MOST_MS, () => {
      supervisor.release(name);
    });
  }

  /** Asks any node that runs; refusals are expected, and anything but a coded error is a defect. */
  #order(change: TopologyChange): void {
    const running = this.#world.cluster.running();
    if (running.length === 0) return;
    this.#count(change.action);
    const order: TopologyOrder = { change, checks: 'enabled', commit: false, dryRun: false };
    this.#ask(pick(running, this.#random), order);
  }

  #ask(run: NodeRun, order: TopologyOrder): void {
    run.process.run(() => {
      void run.node.admin.topology.change(order, ORDER_MS).catch((error: unknown) => {
        if (!(error instanceof KvError)) throw error;
      });
    });
  }

  #count(kind: string): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }
}
