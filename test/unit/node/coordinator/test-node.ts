import { ByteBudget } from '../../../../src/node/admission/byte-budget.js';
import { Coordinator } from '../../../../src/node/coordinator/coordinator.js';
import { KvError } from '../../../../src/node/core/errors.js';
import { LIMITS } from '../../../../src/node/core/limits.js';
import type { DataReply, DataRequest, Hello } from '../../../../src/node/core/messages.js';
import type { ClusterMetadata } from '../../../../src/node/core/metadata/cluster-metadata.js';
import { Hlc } from '../../../../src/node/core/version/hlc.js';
import type { Stamp, Version } from '../../../../src/node/core/version/version.js';
import type { LivenessState } from '../../../../src/node/core/views/node-views.js';
import type { PeerLink } from '../../../../src/node/env/transport.js';
import { clusterViewOf } from '../../../../src/node/metadata/cluster-view.js';
import { Replica } from '../../../../src/node/replica/replica-service.js';
import type {
  ClusterView,
  HlcService,
  MetadataService,
  MissedWrite,
  Readiness,
  ReplicaService,
} from '../../../../src/node/services.js';
import { Store } from '../../../../src/node/store/store.js';
import { MemoryDisk } from '../../../../src/sim/memory-disk.js';
import type { SimNetwork } from '../../../../src/sim/network.js';
import { LogRecorder, MetricsRecorder } from '../../../../src/sim/recorders.js';
import type { Scheduler } from '../../../../src/sim/scheduler.js';
import type { SeededRandom } from '../../../../src/sim/seeded-random.js';
import { SimProcess } from '../../../../src/sim/sim-process.js';
import { UnlikelyBranches } from '../unlikely-branches.js';

/** Sees a request before the replica does; returns true when it has replied itself (or never will). */
export type Intercept = (request: DataRequest, done: (reply: DataReply) => void) => boolean;

/** Metadata that a test publishes to each node by hand; catching up waits for it. */
class PublishedMetadata implements MetadataService {
  opened = 0;
  #view: ClusterView | undefined;
  readonly #process: SimProcess;
  readonly #open: () => void;
  readonly #listeners = new Set<(view: ClusterView) => void>();

  constructor(process: SimProcess, open: () => void) {
    this.#process = process;
    this.#open = open;
  }

  current(): ClusterView | undefined {
    return this.#view;
  }

  publish(state: ClusterMetadata): void {
    const view = clusterViewOf(state);
    this.#view = view;
    for (const listener of this.#listeners) listener(view);
  }

  catchUp(epoch: number, remainingMs: number): Promise<ClusterView> {
    return new Promise((resolve, reject) => {
      const look = (view: ClusterView | undefined): void => {
        if (view === undefined || view.metadata.epoch < epoch) return;
        timer.cancel();
        this.#listeners.delete(look);
        resolve(view);
      };
      const timer = this.#process.after(remainingMs, () => {
        this.#listeners.delete(look);
        reject(new KvError('KV_EPOCH_CHANGED', `epoch ${epoch} did not arrive`));
      });
      this.#listeners.add(look);
      look(this.#view);
    });
  }

  open(remainingMs: number): Promise<ClusterView> {
    this.opened += 1;
    const next = (this.#view?.metadata.epoch ?? 0) + 1;
    this.#open();
    return this.catchUp(next, remainingMs);
  }

  change(): Promise<ClusterView> {
    return Promise.reject(new KvError('KV_NO_VOTER_MAJORITY', 'not here'));
  }

  subscribe(): () => void {
    return () => undefined;
  }
}

/** What the nodes of one test share. */
export interface TestWorld {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly network: SimNetwork;
  readonly nodes: readonly TestNode[];
  /** Decides the epoch that opens the cluster. */
  openAll(): void;
}

/** One node made of the real store, replica and coordinator over simulated disk, clock and network. */
export class TestNode {
  readonly name: string;
  readonly id: string;
  readonly process: SimProcess;
  /** Holds back every step of the disk until it resolves, when set. */
  diskHeld: Promise<void> | undefined;
  readonly disk = new MemoryDisk({ hold: () => this.diskHeld });
  readonly unlikely = new UnlikelyBranches();
  readonly metrics = new MetricsRecorder();
  readonly log = new LogRecorder();
  readonly metadata: PublishedMetadata;
  readonly hlc: HlcService & { readonly clock: Hlc };
  readonly links = new Map<string, PeerLink>();
  readonly believes = new Map<string, LivenessState>();
  readonly budget = new ByteBudget(LIMITS.clientQueueBytes);
  readonly served: DataRequest[] = [];
  /** What its coordinator gave to be kept as hints. */
  readonly hinted: MissedWrite[] = [];
  keepsHints = true;
  intercept: Intercept | undefined;
  notReady: KvError | undefined;
  clockOffsetMs: number | undefined;
  replica!: ReplicaService;
  store!: Store;
  coordinator!: Coordinator;

  constructor(world: TestWorld, index: number) {
    this.name = `n${index + 1}`;
    this.id = String(index + 1).padStart(16, '0');
    this.process = new SimProcess(this.name, world.scheduler);
    this.metadata = new PublishedMetadata(this.process, () => {
      world.openAll();
    });
    this.hlc = hlcOf(this.process, index + 1);
  }

  hello(): Hello {
    const wire = { wireMin: 1, wireMax: 1, format: 1 };
    return {
      clusterId: 'c'.repeat(16),
      nodeId: this.id,
      name: this.name,
      boot: 1,
      nonce: this.id,
      sequence: 0,
      ...wire,
    };
  }

  async start(world: TestWorld): Promise<void> {
    const { process, disk, metrics, metadata, hlc } = this;
    const { buggify } = this.unlikely;
    const { random } = world;
    const env = { clock: process, random, disk, metrics, buggify, log: this.log.logger('') };
    const readiness: Readiness = {
      notReady: () => this.notReady,
      refusesToVote: () => undefined,
      refusesClients: () => this.notReady,
      fail: (error) => {
        this.notReady = error;
      },
    };
    this.store = await Store.open({ env, readiness });
    const replica = new Replica({
      ownId: this.id,
      clock: process,
      store: this.store,
      hlc,
      metadata,
    });
    this.replica = {
      handle: (request, remainingMs, done) => {
        this.served.push(request);
        if (this.intercept?.(request, done) !== true) replica.handle(request, remainingMs, done);
      },
    };
    this.#connect(world);
    this.coordinator = new Coordinator({
      ownId: this.id,
      clock: process,
      buggify,
      log: env.log,
      metrics,
      metadata,
      hlc,
      readiness,
      replica: this.replica,
      hints: {
        keep: (missed, done) => {
          this.hinted.push(missed);
          done?.(this.keepsHints);
        },
      },
      budget: this.budget,
      liveness: {
        stateOf: (nodeId) => this.believes.get(nodeId) ?? 'up',
        sightingOf: () => undefined,
        sightings: () => [],
        round: () => 0,
        clockOffsetMs: () => this.clockOffsetMs,
      },
      peers: {
        linkTo: (nodeId) => this.links.get(nodeId),
        nameOf: (nodeId) => world.nodes.find((node) => node.id === nodeId)?.name ?? nodeId,
      },
    });
  }

  #connect(world: TestWorld): void {
    const transport = world.network.transportOf(this.process, addressOf(this));
    const nothing = (): Promise<never> => Promise.reject(new KvError('KV_USAGE', 'data only'));
    transport.start(
      {
        admit: () => undefined,
        refused: () => undefined,
        control: nothing,
        meta: nothing,
        repair: nothing,
        data: (_from, { request, remainingMs }, done) => {
          this.replica.handle(request, remainingMs, done);
        },
      },
      () => this.hello(),
    );
    for (const peer of world.nodes)
      if (peer !== this) this.links.set(peer.id, transport.link(addressOf(peer)));
  }
}

/** Where the peers of a node find it. */
export function addressOf(node: { readonly name: string }): { host: string; port: number } {
  return { host: node.name, port: 8400 };
}

function hlcOf(process: SimProcess, writer: number): HlcService & { readonly clock: Hlc } {
  const clock = new Hlc({ ms: 0, logical: 0 });
  return {
    clock,
    read: (): Stamp => clock.read(process.wallMs()),
    ownMs: () => process.wallMs(),
    observe: (stamp) => {
      clock.observe(stamp);
    },
    issue: (): Version => ({ ...clock.issue(process.wallMs()), writerHi: 0, writerLo: writer }),
  };
}
