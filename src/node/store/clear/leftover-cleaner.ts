import { Semaphore } from '../../../stdx/semaphore.js';
import { KvError } from '../../core/errors.js';
import { LIMITS } from '../../core/limits.js';
import type { Namespace, NodeId } from '../../core/metadata/cluster-metadata.js';
import type { SlotRun } from '../../core/repair/slot-map.js';
import type { NodeEnv } from '../../env/env.js';
import type { ClusterView, MetadataService } from '../../services.js';
import { Pace, pause } from '../pace.js';
import { endWhenCutOff } from './cut-off.js';
import { findLeftovers } from './find-leftovers.js';
import { leftoverMetrics } from './leftover-metrics.js';
import { clearRanges, holdsAnything, type RangeClearParts } from './range-clear.js';
import type { RemovalOrder } from './remove-data.js';

export interface LeftoverCleanerParts {
  readonly env: Pick<NodeEnv, 'clock' | 'log' | 'metrics'>;
  readonly ownId: NodeId;
  readonly store: RangeClearParts['store'];
  readonly metadata: Pick<MetadataService, 'current' | 'subscribe'>;
  readonly forgetTimes: RangeClearParts['forgetTimes'];
}

/** Clearings that wait for the one that is under way. */
const WAITING = 16;

/** Ranges of a namespace that hold records of others. */
interface Leftovers {
  readonly namespace: Namespace;
  readonly runs: readonly SlotRun[];
}

/**
 * Removes what this node holds of ranges that are not its own: by itself, some time after the owners have changed, and whenever it is asked
 * to. It does one thing at a time; what it does by itself gives way to what it is asked to do, and to a plan.
 *
 * **Only what the plan that moved a range has left behind is found:** it looks at the cluster while there is no plan, and a plan is done when
 * the new owners have the data, or was cancelled and the old ones have kept it.
 *
 * **It never removes what was written here for a new owner.** Every removal asks for the owners when the writer decides it, and is refused
 * when this node is one of those that are written to. Whatever is written, moved or repaired for a new owner is handed to the writer only after
 * this node has applied the epoch that makes it one, and epochs are never taken back, nor lost in a crash. The writer decides one
 * change of a key after the other. So a removal that is decided after such a write sees the node as an owner, and is refused; one that is
 * decided before it leaves the key empty, and the write is made: also when it is the very copy that was removed, which no look at the copy
 * could tell from a leftover.
 */
export class LeftoverCleaner {
  readonly #parts: LeftoverCleanerParts;
  readonly #clearing: RangeClearParts;
  readonly #turn = new Semaphore({ permits: 1, maxWaiting: WAITING });
  readonly #stopping = new AbortController();
  /** Ends the rest between two looks. */
  #rest = new AbortController();
  /** Ends the look that is under way. */
  #look = new AbortController();
  #placementEpoch: number | undefined;
  /** Ranges known to hold records of others. */
  #left = 0;
  #running: Promise<void> | undefined;
  #idle: Promise<void> | undefined;

  constructor(parts: LeftoverCleanerParts) {
    const { store, forgetTimes } = parts;
    const { clock, metrics } = parts.env;
    this.#parts = parts;
    const { removed } = leftoverMetrics(metrics, () => this.#left);
    const pace = new Pace(clock, {
      restsPerWork: LIMITS.sweepRestsPerWork,
      bytesPerSecond: LIMITS.sweepBytesPerSecond,
    });
    const onRemoved = (records: number): void => {
      removed.inc(records);
    };
    this.#clearing = { store, clock, pace, onRemoved, forgetTimes };
  }

  /** Looks from now on, until it is stopped. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when nothing of it is under way any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#rest.abort();
    this.#look.abort();
    await this.#running;
    // Whoever has the turn is cut off; it is not given back.
    this.#idle ??= this.#turn.acquire();
    await this.#idle;
  }

  /**
   * Makes slots as if this node had never held anything of them, durably; gives how many records went.
   * @throws KvError KV_EPOCH_CHANGED when this node owns one of them, KV_NOT_READY when the signal or the end of the node comes first,
   * KV_STORE_FAILED, KV_OVERLOADED
   */
  async clear(namespace: number, runs: readonly SlotRun[], signal: AbortSignal): Promise<number> {
    this.#look.abort();
    const either = AbortSignal.any([signal, this.#stopping.signal]);
    return await this.#inTurn(either, () =>
      clearRanges(this.#clearing, this.#orderOf(namespace, runs), either),
    );
  }

  /** Whether this node holds anything of some slots: a look at the disk per run. @throws KvError KV_STORE_FAILED */
  async holdsAnything(namespace: number, runs: readonly SlotRun[]): Promise<boolean> {
    return await holdsAnything(this.#parts.store, namespace, runs);
  }

  async #run(): Promise<void> {
    const { env, metadata } = this.#parts;
    this.#placementEpoch = metadata.current()?.metadata.placementEpoch;
    const unsubscribe = metadata.subscribe((view) => {
      this.#notice(view);
    });
    let restMs: number = LIMITS.leftoverAfterMs;
    while (!this.#stopping.signal.aborted) {
      this.#rest = new AbortController();
      const { signal } = this.#rest;
      await pause(env.clock, restMs, signal);
      restMs = signal.aborted ? LIMITS.leftoverAfterMs : await this.#lookAround();
    }
    unsubscribe();
  }

  /** Other owners: it looks again, a while later, and what it has found is of no use. A plan: it waits for the end of it. */
  #notice({ metadata: { placementEpoch, plan } }: ClusterView): void {
    const isMoved = placementEpoch !== this.#placementEpoch;
    this.#placementEpoch = placementEpoch;
    if (isMoved) this.#rest.abort();
    if (isMoved || plan !== undefined) this.#look.abort();
  }

  /** Gives how long to rest. */
  async #lookAround(): Promise<number> {
    this.#look = new AbortController();
    const { signal } = this.#look;
    try {
      await this.#inTurn(signal, () => this.#clearLeftovers(signal));
      return LIMITS.leftoverEveryMs;
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      if (signal.aborted) return LIMITS.leftoverAfterMs;
      const message = 'records of ranges of other nodes could not be removed; it is tried again';
      this.#parts.env.log.warn(message, { error });
      return LIMITS.leftoverAgainMs;
    }
  }

  async #clearLeftovers(signal: AbortSignal): Promise<void> {
    const view = this.#settledView();
    if (view === undefined) return;
    const found = await this.#find(view, signal);
    endWhenCutOff(signal);
    this.#left = found.reduce((sum, { runs }) => sum + runs.length, 0);
    for (const { namespace, runs } of found) {
      const about = { namespace: namespace.name, ranges: runs.length };
      this.#parts.env.log.info('records of ranges of other nodes are removed', about);
      await clearRanges(this.#clearing, this.#orderOf(namespace.id, runs), signal);
      this.#left -= runs.length;
    }
  }

  async #find(view: ClusterView, signal: AbortSignal): Promise<readonly Leftovers[]> {
    const { ownId, store } = this.#parts;
    const search = { store, ownId, view, pace: this.#clearing.pace };
    const found: Leftovers[] = [];
    for (const namespace of view.metadata.namespaces) {
      const runs = await findLeftovers(search, namespace, signal);
      if (runs.length > 0) found.push({ namespace, runs });
    }
    return found;
  }

  /** The cluster, if all data is where it belongs and this node is one of those that keep it: what a removed one has may be the last copy. */
  #settledView(): ClusterView | undefined {
    const view = this.#parts.metadata.current();
    if (view === undefined) return undefined;
    const { members, opened, plan } = view.metadata;
    const own = members.find(({ nodeId }) => nodeId === this.#parts.ownId);
    const isKeeping = own !== undefined && own.tokens.length > 0;
    return opened && plan === undefined && isKeeping ? view : undefined;
  }

  #orderOf(namespace: number, runs: readonly SlotRun[]): RemovalOrder {
    return { namespace, runs, refuses: (token) => this.#refusal(namespace, token) };
  }

  /** Why a record of that token must stay; see above. */
  #refusal(id: number, token: number): KvError | undefined {
    const { metadata, ownId } = this.#parts;
    const view = metadata.current();
    const namespace = view?.metadata.namespaces.find((one) => one.id === id);
    const owners = namespace && view?.ownersOf(namespace, token).write;
    if (view !== undefined && owners?.includes(ownId) !== true) return undefined;
    return new KvError('KV_EPOCH_CHANGED', 'this node owns the range by now: nothing is removed');
  }

  /** @throws KvError KV_NOT_READY when the signal comes first, or too many wait */
  async #inTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    try {
      await this.#turn.acquire(signal);
    } catch (cause) {
      throw new KvError('KV_NOT_READY', 'another clearing of ranges is under way', { cause });
    }
    try {
      return await work();
    } finally {
      this.#turn.release();
    }
  }
}
