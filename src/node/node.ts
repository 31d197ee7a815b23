import { KvError } from './core/errors.js';
import { LIMITS } from './core/limits.js';
import { formatAddresses } from './core/membership/address-fact.js';
import { FACT } from './core/membership/fact-names.js';
import type { NodeAddresses, NodeDescriptor } from './core/metadata/cluster-metadata.js';
import type { ClientRequest, ClientResult } from './core/operations.js';
import { DEFAULT_SETTINGS, type ClusterSettings } from './core/settings.js';
import type { Timer } from './env/clock.js';
import type { NodeEnv } from './env/env.js';
import type { StorageOptions } from './env/storage.js';
import type { HintService } from './hints/hint-service.js';
import { enterCluster } from './enter-cluster.js';
import { wireServices, type NodeFoundation, type NodeServices } from './node-services.js';
import { openDirectory, type NodeIntent, type OpenedDirectory } from './open-directory.js';
import type { MetadataService } from './services.js';
import type { AdminService } from './status/admin-service.js';
import { EventLog } from './status/event-log.js';
import { NodeReadiness } from './status/node-readiness.js';
import { DiskReserve } from './store/disk-reserve.js';
import { DurableHlc } from './store/hlc-service.js';
import type { HashGrid } from './store/grid/hash-grid.js';
import { openStore, type OpenedStore } from './store/open-store.js';
import type { Store } from './store/store.js';
import { Sweeper } from './store/sweep/sweeper.js';

export interface NodeOptions {
  readonly env: NodeEnv;
  /** Undefined takes the name that the directory has; a new directory needs one. */
  readonly name: string | undefined;
  readonly location: Pick<NodeDescriptor, 'host' | 'rack' | 'dc'>;
  /** Where the listeners are bound, as others reach them. */
  readonly addresses: NodeAddresses;
  readonly vnodes: number;
  readonly intent: NodeIntent;
  readonly storage?: StorageOptions | undefined;
  /** In what time every range is repaired once. */
  readonly repairCycleMs?: number | undefined;
  /** Free bytes of the disk below which no record is written. */
  readonly diskReserveBytes?: number | undefined;
  /** Client sessions that are open now. */
  readonly clientStreams?: (() => number) | undefined;
}

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
  readonly #directory: OpenedDirectory;
  readonly #disk: DiskReserve;
  readonly #store: Store;
  readonly #grid: HashGrid;
  readonly #hlc: DurableHlc;
  readonly #services: NodeServices;
  readonly #sweeper: Sweeper;
  #clusterId: string;
  #housekeeping: Timer | undefined;
  #left: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;
  #ended = false;
  readonly #stopping = new AbortController();

  private constructor(options: NodeOptions, base: Pick<NodeFoundation, OpenedFirst>) {
    this.#options = options;
    this.#directory = base.directory;
    this.#disk = base.disk;
    this.#store = base.store;
    this.#grid = base.grid;
    this.#hlc = base.hlc;
    this.#clusterId = base.directory.clusterId;
    this.nodeId = base.directory.nodeId;
    this.name = base.directory.name;
    this.events = base.events;
    this.readiness = base.readiness;
    this.#services = wireServices({
      ...base,
      env: options.env,
      clusterId: () => this.#clusterId,
      clientStreams: options.clientStreams ?? ((): number => 0),
      stopping: this.#stopping.signal,
      repairCycleMs: options.repairCycleMs,
      end: (error) => {
        this.#end(error);
      },
    });
    this.#sweeper = new Sweeper({
      env: options.env,
      store: base.store,
      hlc: base.hlc,
      isCompared: () => base.hlc.isCompared(),
      settings: () => this.#services.metadata.current()?.metadata.settings ?? DEFAULT_SETTINGS,
    });
  }

  /**
   * Opens the data directory and brings the node into its cluster; it serves when this resolves.
   * @throws KvError every refusal of the directory, of the store and of a join
   */
  static async start(options: NodeOptions): Promise<KvNode> {
    const { env } = options;
    const directory = await openDirectory(env, options);
    const events = new EventLog(env.clock, env.log.child('events'), () => directory.name);
    const readiness = new NodeReadiness(events);
    const reserveBytes = options.diskReserveBytes ?? LIMITS.diskReserveBytes;
    const disk = new DiskReserve({ env, events, reserveBytes });
    let opened: OpenedStore | undefined;
    let node: KvNode | undefined;
    // The clock is made before the services that it asks: until they are there it knows no peers.
    const services = (): NodeServices | undefined =>
      node === undefined ? undefined : node.#services;
    try {
      await disk.start();
      const refuses = (): KvError | undefined => disk.refuse();
      opened = await openStore({ env, readiness, options: options.storage, refuses });
      const { store, grid } = opened;
      const hlc = new DurableHlc({
        clock: env.clock,
        buggify: env.buggify,
        store,
        settings: () => services()?.metadata.current()?.metadata.settings ?? DEFAULT_SETTINGS,
        clockOffsetMs: () => services()?.membership.clockOffsetMs(),
        commonWallMs: () => services()?.membership.commonWallMs(),
        hasPeers: () => services()?.membership.hasOthers() ?? true,
      });
      node = new KvNode(options, { directory, disk, events, readiness, store, grid, hlc });
      await node.#enter();
      return node;
    } catch (error) {
      await node?.stop();
      if (node === undefined) {
        disk.stop();
        await opened?.grid.stop();
        await opened?.store.close();
        await directory.close();
      }
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
    return this.#grid;
  }

  /** What is true of the cluster, and the way to change it. */
  get metadata(): MetadataService {
    return this.#services.metadata;
  }

  /** Whether the clock of a peer has been heard since the start, or there is none to hear: else it stamps nothing. */
  hasComparedClock(): boolean {
    return this.#hlc.isCompared();
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
    const directory = this.#directory;
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
    metadata.subscribe((next) => {
      membership.setMembers(next.metadata);
    });
    membership.setFact(FACT.address, formatAddresses(addresses));
    membership.setFact(FACT.release, env.facts.release);
    membership.start();
    metadata.start(descriptor);
    this.#keepHouse();
    await this.#startClock(view.metadata.settings);
    this.#sweeper.start();
    this.#services.hints.start();
    this.#services.repair.start();
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
    await this.#hlc.start();
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
    this.#services.membership.setFact(FACT.sequence, String(this.#store.sequence()));
  }

  /** The node must not go on: it stops serving at once, and its process ends. */
  #end(error: KvError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.readiness.fail(error);
    this.#options.env.fatal(error);
  }

  async #close(): Promise<void> {
    const { membership, metadata, coordinator, hints, repair, peerMemory } = this.#services;
    this.#housekeeping?.cancel();
    this.#disk.stop();
    this.#stopping.abort();
    hints.stop();
    membership.stop();
    metadata.stop();
    coordinator.close();
    await this.#options.env.transport.close();
    await peerMemory.close();
    await hints.idle();
    await repair.idle();
    await this.#sweeper.stop();
    // After a failed write the ceiling cannot be lowered; the next start then only begins a little ahead.
    if (this.readiness.failure() === undefined) await this.#hlc.close();
    else this.#hlc.stop();
    await this.#grid.stop();
    await this.#store.close();
    await this.#directory.close();
  }
}

type OpenedFirst = 'directory' | 'store' | 'disk' | 'grid' | 'hlc' | 'events' | 'readiness';
