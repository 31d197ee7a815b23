import { KvError } from './core/errors.js';
import { LIMITS } from './core/limits.js';
import { formatAddresses } from './core/membership/address-fact.js';
import { FACT } from './core/membership/fact-names.js';
import { LeftCluster } from './core/left-cluster.js';
import type { ClusterMetadata, NodeDescriptor } from './core/metadata/cluster-metadata.js';
import type { ClientRequest, ClientResult } from './core/operations.js';
import { DEFAULT_SETTINGS, type ClusterSettings } from './core/settings.js';
import type { Timer } from './env/clock.js';
import type { HintService } from './hints/hint-service.js';
import { enterCluster } from './enter-cluster.js';
import type { NodeOptions } from './node-options.js';
import { wireServices, type NodeServices } from './node-services.js';
import { openNode, type OpenedNode } from './open-node.js';
import type { MetadataService } from './services.js';
import type { AdminService } from './status/admin-service.js';
import type { EventLog } from './status/event-log.js';
import type { NodeReadiness } from './status/node-readiness.js';
import type { HashGrid } from './store/grid/hash-grid.js';
import { DroppedCleaner } from './store/dropped/dropped-cleaner.js';
import { Sweeper } from './store/sweep/sweeper.js';

const HOUSEKEEPING_MS = 1_000;
/** Peers are told of a stop for at most this long. */
const ANNOUNCE_MS = 1_000;
const DRAIN_STEP_MS = 10;

/** One storage node: built from an env alone, the same in production and in the simulator. */
export class KvNode {
  readonly nodeId: string;
  readonly name: string;
  readonly readiness: NodeReadiness;
  readonly events: EventLog;
  readonly #options: NodeOptions;
  readonly #opened: OpenedNode;
  readonly #services: NodeServices;
  readonly #sweeper: Sweeper;
  readonly #dropped: DroppedCleaner;
  #clusterId: string;
  #housekeeping: Timer | undefined;
  #left: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;
  #ended = false;
  /** It was to leave, as far as it has heard. */
  #leaves = false;
  readonly #stopping = new AbortController();

  private constructor(options: NodeOptions, opened: OpenedNode) {
    this.#options = options;
    this.#opened = opened;
    this.#clusterId = opened.directory.clusterId;
    this.nodeId = opened.directory.nodeId;
    this.name = opened.directory.name;
    this.events = opened.events;
    this.readiness = opened.readiness;
    this.#services = wireServices({
      ...opened,
      env: options.env,
      clusterId: () => this.#clusterId,
      clientStreams: options.clientStreams ?? ((): number => 0),
      stopping: this.#stopping.signal,
      repairCycleMs: options.repairCycleMs,
      scrubCycleMs: options.scrubCycleMs,
      end: (error) => {
        this.#end(error);
      },
    });
    this.#dropped = new DroppedCleaner({
      env: options.env,
      store: opened.store,
      view: () => this.#services.metadata.current(),
    });
    this.#sweeper = new Sweeper({
      env: options.env,
      store: opened.store,
      hlc: opened.hlc,
      isCompared: () => opened.hlc.isCompared(),
      settings: () => this.#services.metadata.current()?.metadata.settings ?? DEFAULT_SETTINGS,
    });
  }

  /**
   * Opens the data directory and brings the node into its cluster; it serves when this resolves.
   * @throws KvError every refusal of the directory, of the store and of a join
   */
  static async start(options: NodeOptions): Promise<KvNode> {
    let node: KvNode | undefined;
    // The clock is made before the services that it asks: until they are there it knows no peers.
    const opened = await openNode(options, () => (node === undefined ? undefined : node.#services));
    try {
      node = new KvNode(options, opened);
      await node.#enter();
      return node;
    } catch (error) {
      if (node === undefined) await opened.close();
      else await node.stop();
      throw error;
    }
  }

  /** The answers to administrative questions. */
  get admin(): AdminService {
    return this.#services.admin;
  }

  /** What this node keeps for others. */
  get hints(): HintService {
    return this.#services.hints;
  }

  /** The hashes of its records, per slot of the ring. */
  get grid(): HashGrid {
    return this.#opened.grid;
  }

  /** How far it is with the plan that runs. */
  plan(): ReturnType<NodeServices['topology']['report']> {
    return this.#services.topology.report();
  }

  /** What is true of the cluster, and the way to change it. */
  get metadata(): MetadataService {
    return this.#services.metadata;
  }

  /** Whether the clock of a peer has been heard since the start, or there is none to hear: else it stamps nothing. */
  hasComparedClock(): boolean {
    return this.#opened.hlc.isCompared();
  }

  /** The cluster that this node belongs to. */
  clusterId(): string {
    return this.#clusterId;
  }

  /** Runs one client operation; `done` is called exactly once. */
  execute(
    request: ClientRequest,
    remainingMs: number,
    done: (result: ClientResult | KvError) => void,
  ): void {
    this.#services.coordinator.execute(request, remainingMs, done);
  }

  /** Refuses new work from now on and tells the peers; what runs goes on. Harmless when called again. */
  async leave(): Promise<void> {
    this.readiness.drain();
    this.#services.hints.stop();
    this.#tellSequence();
    this.#left ??= this.#services.membership.announceStopping(ANNOUNCE_MS);
    await this.#left;
  }

  /** Leaves, finishes what runs (within 10 s), and stops. */
  async drain(): Promise<void> {
    await this.leave();
    const { budget } = this.#services;
    const { clock } = this.#options.env;
    const deadlineMs = clock.monotonicMs() + LIMITS.drainMs;
    while (budget.usedBytes > 0 && clock.monotonicMs() < deadlineMs) {
      await new Promise<void>((resolve) => {
        clock.after(DRAIN_STEP_MS, resolve);
      });
    }
    await this.stop();
  }

  /** Stops without waiting for operations under way; what was acknowledged is durable. Harmless when called again. */
  async stop(): Promise<void> {
    this.#stopped ??= this.#close();
    await this.#stopped;
  }

  async #enter(): Promise<void> {
    const { env, addresses, intent, vnodes } = this.#options;
    const { dispatch, hello, membership, metadata } = this.#services;
    env.transport.start(dispatch, hello);
    const descriptor = this.#descriptor();
    const directory = this.#opened.directory;
    this.#clusterId = await enterCluster({
      env,
      directory,
      metadata,
      intent,
      descriptor,
      vnodes,
    });
    const view = metadata.current();
    if (view === undefined) throw new KvError('KV_NOT_READY', 'the node is in no cluster');
    membership.setMembers(view.metadata);
    this.#note(view.metadata);
    metadata.subscribe((next) => {
      membership.setMembers(next.metadata);
      this.#note(next.metadata);
    });
    membership.setFact(FACT.address, formatAddresses(addresses));
    membership.setFact(FACT.release, env.facts.release);
    membership.start();
    metadata.start(descriptor);
    this.#keepHouse();
    await this.#startClock(view.metadata.settings);
    this.#sweeper.start();
    this.#dropped.start();
    this.#services.hints.start();
    this.#services.repair.start();
    this.#services.topology.start();
    this.#services.storage.clearing.start();
    this.#services.storage.scrubber.start();
    this.readiness.ready();
  }

  /** Nothing rests on the own clock before it was compared: a wrong one would go into stamps, ceilings, and the clocks of all. */
  async #startClock({ clockSkewMaxMs }: ClusterSettings): Promise<void> {
    const comparison = this.#services.membership.clockComparison(clockSkewMaxMs);
    this.readiness.waitFor('its clock to be compared with those of its peers');
    const unsubscribe = this.readiness.subscribe(() => {
      comparison.stop();
    });
    const compared = await comparison.run();
    unsubscribe();
    const failure = this.readiness.failure();
    if (failure !== undefined) throw failure;
    if (!compared)
      this.#options.env.log.warn('too few peers have answered to judge the clock of this machine');
    await this.#opened.hlc.start();
  }

  #descriptor(): NodeDescriptor {
    const { location, addresses, env } = this.#options;
    const { nodeId, name } = this;
    return { nodeId, name, ...location, addresses, release: env.facts.release };
  }

  /** Keeps what is told to the peers fresh. */
  #keepHouse(): void {
    const { clock } = this.#options.env;
    this.#tellSequence();
    this.#housekeeping = clock.after(HOUSEKEEPING_MS, () => {
      this.#keepHouse();
    });
  }

  /** Tells the peers the durable sequence, so that a rolled-back disk is noticed. */
  #tellSequence(): void {
    this.#services.membership.setFact(FACT.sequence, String(this.#opened.store.sequence()));
  }

  /** The node must not go on: it stops serving at once, and its process ends. */
  #end(error: KvError): void {
    if (this.#ended) return;
    this.#ended = true;
    const why = this.#hasLeft(error) ?? error;
    this.readiness.fail(why);
    this.#options.env.fatal(why);
  }

  /** Its peers may refuse it as removed before it has heard of the end of the plan by which it leaves. */
  #hasLeft({ code }: KvError): KvError | undefined {
    const view = this.#services.metadata.current();
    if (code !== 'KV_IDENTITY_REMOVED' || !this.#leaves || view === undefined) return undefined;
    return new LeftCluster(this.name, view.metadata.clusterName);
  }

  /** Who is removed or replaced as a dead one is leaving as well, and has handed nothing over. */
  #note({ members, plan, maintenance }: ClusterMetadata): void {
    this.readiness.setMaintained(maintenance?.includes(this.nodeId) === true);
    const state = members.find(({ nodeId }) => nodeId === this.nodeId)?.state;
    if (state === 'removed') return;
    const handsOver = plan?.changes.some(
      (one) => one.kind === 'leave' && one.nodeId === this.nodeId && !one.isDead,
    );
    this.#leaves = state === 'leaving' && handsOver === true;
  }

  async #close(): Promise<void> {
    const { membership, metadata, coordinator, hints, repair, storage, topology, peerMemory } =
      this.#services;
    this.#housekeeping?.cancel();
    this.#opened.disk.stop();
    this.#stopping.abort();
    hints.stop();
    membership.stop();
    metadata.stop();
    coordinator.close();
    await this.#options.env.transport.close();
    await peerMemory.close();
    await hints.idle();
    await topology.idle();
    await repair.idle();
    await this.#sweeper.stop();
    await this.#dropped.stop();
    await storage.clearing.stop();
    await storage.scrubber.stop();
    await storage.jobs.stop();
    // After a failed write the ceiling cannot be lowered; the next start then only begins a little ahead.
    if (this.readiness.failure() === undefined) await this.#opened.hlc.close();
    else this.#opened.hlc.stop();
    await this.#opened.close();
  }
}
