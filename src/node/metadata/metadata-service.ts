import { unreachable } from '../../stdx/unreachable.js';
import type { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { Hello, MetaReply, MetaRequest } from '../core/messages.js';
import type {
  MetadataChange,
  MetadataEntry,
  NodeDescriptor,
  NodeId,
} from '../core/metadata/cluster-metadata.js';
import { refuseRequest } from '../core/metadata/peer-rights.js';
import type { VoteRequest, VoterState } from '../core/metadata/voter.js';
import type { NodeEnv } from '../env/env.js';
import type { Storage } from '../env/storage.js';
import type { PeerLink } from '../env/transport.js';
import type {
  ClusterView,
  EventSink,
  LivenessService,
  MetadataService,
  PeerDirectory,
  Readiness,
} from '../services.js';
import { ChangeDriver } from './change-driver.js';
import { EntryHerald } from './entry-herald.js';
import { admitJoiner } from './join-desk.js';
import { LogKeeper } from './log-keeper.js';
import { LogPuller } from './log-puller.js';
import { recoverLog, type LogRecoveryParts, type RecoveryOrder } from './log-recovery.js';
import { LogUpkeep } from './log-upkeep.js';
import { VoterCaller } from './voter-caller.js';

export interface LogServiceOptions {
  readonly env: Pick<NodeEnv, 'clock' | 'random' | 'log' | 'metrics' | 'buggify'>;
  readonly self: NodeId;
  /** The folder `meta/`; the caller closes it after `stop`. */
  readonly storage: Storage;
  /** What `loadMetadata` found there. */
  readonly stored: VoterState;
  readonly directory: PeerDirectory;
  readonly liveness: LivenessService;
  readonly events: EventSink;
  readonly readiness: Pick<Readiness, 'fail' | 'refusesToVote'>;
  /** Called once, after the node was marked not ready: it was removed, or cannot apply what is decided. */
  readonly onFatal: (error: KvError) => void;
}

/** A request that this service answers; reports are for another. */
export type LogRequest = Exclude<MetaRequest, { kind: 'report' }>;

/** The metadata log of one node: its part in deciding it, its copy of it, and the changes that this node proposes. */
export class LogService implements MetadataService {
  readonly #options: LogServiceOptions;
  readonly #keeper: LogKeeper;
  readonly #puller: LogPuller;
  readonly #driver: ChangeDriver;
  readonly #upkeep: LogUpkeep;
  readonly #recovery: LogRecoveryParts;
  #opening: Promise<ClusterView> | undefined;
  #ended = false;

  constructor(options: LogServiceOptions) {
    const { env, self, directory, liveness, readiness } = options;
    const log = env.log.child('metadata');
    const onFailed = (error: KvError): void => readiness.fail(error);
    const onFatal = (error: KvError): void => this.#end(error);
    this.#options = options;
    this.#keeper = new LogKeeper({ ...options, ...env, onFailed, onFatal });
    const parts = { ...env, log, self, directory, liveness, keeper: this.#keeper, onFatal };
    this.#puller = new LogPuller(parts);
    const caller = new VoterCaller(parts);
    const herald = new EntryHerald(parts);
    this.#recovery = { ...parts, puller: this.#puller, caller, herald };
    this.#driver = new ChangeDriver({ ...parts, puller: this.#puller, caller, herald });
    this.#upkeep = new LogUpkeep({ ...parts, driver: this.#driver });
  }

  /** Begins what the node does by itself; `descriptor` is what it says of itself since this start. */
  start(descriptor: NodeDescriptor): void {
    this.#upkeep.start(descriptor);
  }

  stop(): void {
    this.#upkeep.stop();
    this.#puller.stop();
    this.#keeper.stop();
  }

  current(): ClusterView | undefined {
    return this.#keeper.view();
  }

  subscribe(listener: (view: ClusterView) => void): () => void {
    return this.#keeper.subscribe(listener);
  }

  /** Says that an epoch exists: from gossip, a hello or a data request. Behind it, this node pulls, from `holder` first. */
  observeEpoch(epoch: number, holder?: NodeId): void {
    this.#puller.observe(epoch, holder);
  }

  async catchUp(epoch: number, remainingMs: number): Promise<ClusterView> {
    this.#puller.observe(epoch);
    return await this.#keeper.reached(epoch, remainingMs);
  }

  async change(
    decide: (view: ClusterView) => MetadataChange | undefined,
    remainingMs: number,
  ): Promise<ClusterView> {
    return await this.#driver.change(decide, remainingMs);
  }

  async open(remainingMs: number): Promise<ClusterView> {
    const view = this.#keeper.view();
    if (view?.metadata.opened === true) return view;
    // All first writes share one proposal, each for as long as it may wait itself.
    this.#opening ??= this.#openOnce();
    return await this.#within(remainingMs, this.#opening);
  }

  /** Gives the log other voters when a majority is lost. @throws KvError KV_NO_VOTER_MAJORITY when not all of the electorate agree */
  async recover(order: RecoveryOrder, remainingMs: number): Promise<ClusterView> {
    return await recoverLog(this.#recovery, order, remainingMs);
  }

  /** Answers a peer. @throws KvError KV_CLUSTER_MISMATCH for a stranger, KV_NOT_READY, KV_STORE_FAILED, or as a join */
  async handleMeta(from: Hello, request: LogRequest, remainingMs: number): Promise<MetaReply> {
    const refusal = refuseRequest(from, this.#keeper.state(), request.kind);
    if (refusal !== undefined) throw refusal;
    switch (request.kind) {
      case 'prepare':
      case 'accept':
        return await this.#vote(from, request);
      case 'learn':
        return await this.#learn(from, request.entry);
      case 'pull':
        return { kind: 'log', ...this.#keeper.after(request.after) };
      case 'join':
        return await admitJoiner(
          { driver: this.#driver, random: this.#options.env.random },
          request,
          remainingMs,
        );
      default:
        return unreachable(request);
    }
  }

  /** Takes over what a peer has beyond this node, at once. @throws KvError of the link, or KV_STORE_FAILED */
  async pullFrom(link: PeerLink, remainingMs: number): Promise<void> {
    await this.#puller.pullFrom(link, remainingMs);
  }

  /** Makes a decided entry durable here: the first one of a cluster, which this node decides alone. */
  async adopt(entry: MetadataEntry): Promise<void> {
    await this.#keeper.learn([entry]);
  }

  /** @throws KvError KV_NOT_READY before its peers have had the time to find that it runs from an old image of its disk, and forgot what it promised */
  async #vote(from: Hello, request: VoteRequest): Promise<MetaReply> {
    const refusal = this.#options.readiness.refusesToVote();
    if (refusal !== undefined) throw refusal;
    const reply = await this.#keeper.vote(request);
    // The proposer brings the entries that are missing; one that has too many of them is asked for a snapshot.
    if (reply.kind === 'behind') this.#puller.observe(request.epoch - 1, from.nodeId);
    return reply;
  }

  async #learn(from: Hello, entry: MetadataEntry): Promise<MetaReply> {
    await this.#keeper.learn([entry]);
    const epoch = this.#keeper.epoch();
    if (entry.epoch <= epoch) return { kind: 'ok' };
    this.#puller.observe(entry.epoch, from.nodeId);
    return { kind: 'behind', epoch };
  }

  async #openOnce(): Promise<ClusterView> {
    try {
      return await this.#driver.change(
        ({ metadata }) => (metadata.opened ? undefined : { kind: 'open' }),
        LIMITS.requestMs,
      );
    } finally {
      this.#opening = undefined;
    }
  }

  async #within(remainingMs: number, opening: Promise<ClusterView>): Promise<ClusterView> {
    return await new Promise((resolve, reject) => {
      const timer = this.#options.env.clock.after(remainingMs, () => {
        reject(this.#driver.lastFailure());
      });
      opening.then(resolve, reject).finally(() => {
        timer.cancel();
      });
    });
  }

  #end(error: KvError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.readiness.fail(error);
    this.stop();
    this.#options.onFatal(error);
  }
}
