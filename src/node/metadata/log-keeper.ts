import { assert } from '../../stdx/assert.js';
import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { MetaReply } from '../core/messages.js';
import type { ClusterMetadata, MetadataEntry, NodeId } from '../core/metadata/cluster-metadata.js';
import { describeEntry } from '../core/metadata/describe-entry.js';
import type { LogPart } from '../core/metadata/metadata-log.js';
import {
  entryAt,
  epochOf,
  logAfter,
  logFromSnapshot,
  trimLog,
} from '../core/metadata/metadata-log.js';
import { historyOf, type LogHistory } from '../core/metadata/recoveries.js';
import type { VoteRequest, VoterState } from '../core/metadata/voter.js';
import { learn, vote } from '../core/metadata/voter.js';
import { FRESH_ACCEPTOR } from '../core/paxos/acceptor.js';
import type { Buggify } from '../env/buggify.js';
import type { Clock } from '../env/clock.js';
import type { Metrics } from '../env/metrics.js';
import type { Storage } from '../env/storage.js';
import type { ClusterView, EventSink } from '../services.js';
import { clusterViewOf, type DerivedView } from './cluster-view.js';
import { EpochWaiters } from './epoch-waiters.js';
import type { JournalStep } from './metadata-journal.js';
import { MetadataJournal } from './metadata-journal.js';

export interface LogKeeperOptions {
  readonly self: NodeId;
  readonly storage: Storage;
  readonly stored: VoterState;
  readonly clock: Clock;
  readonly buggify: Buggify;
  readonly metrics: Metrics;
  readonly events: EventSink;
  /** The disk failed: the node may acknowledge nothing more. */
  readonly onFailed: (error: KvError) => void;
  /** The log holds what this node cannot apply, or contradicts itself: the node must stop. */
  readonly onFatal: (error: KvError) => void;
}

/** The log of this node: votes, learns decided entries in order, and publishes each new state, all durable first. */
export class LogKeeper {
  readonly #options: LogKeeperOptions;
  readonly #journal: MetadataJournal;
  readonly #waiters: EpochWaiters;
  readonly #listeners = new Set<(view: ClusterView) => void>();
  #view: DerivedView | undefined;

  constructor(options: LogKeeperOptions) {
    const { clock, metrics } = options;
    this.#options = options;
    this.#journal = new MetadataJournal(options);
    this.#waiters = new EpochWaiters(clock);
    metrics.gaugeFrom(
      { name: 'kv_metadata_epoch', help: 'Last epoch of cluster metadata that this node applied.' },
      () => this.epoch(),
    );
  }

  /** The last applied epoch, durable; 0 before the first. */
  epoch(): number {
    return epochOf(this.#journal.state().log);
  }

  state(): ClusterMetadata | undefined {
    return this.#journal.state().log.state;
  }

  /** What this node says of its log to others; undefined before the first epoch. */
  history(): LogHistory | undefined {
    const state = this.state();
    return state && historyOf(state);
  }

  /** Derived when it is first asked for, so that a long catching up builds one ring, not hundreds. */
  view(): DerivedView | undefined {
    const state = this.state();
    if (state !== undefined && this.#view?.metadata.epoch !== state.epoch)
      this.#view = clusterViewOf(state, this.#view);
    return this.#view;
  }

  /** Whether an entry with one of these ids was applied not long ago. */
  hasApplied(ids: ReadonlySet<string>): boolean {
    return this.#journal.state().log.entries.some((entry) => ids.has(entry.id));
  }

  /** The highest round promised here for the next epoch; 0 when none. */
  promisedRound(): number {
    return this.#journal.state().acceptor.promised?.round ?? 0;
  }

  /** What a node that has applied `after` is sent next. */
  after(after: number): LogPart {
    return logAfter(this.#journal.state().log, after, LIMITS.metadataPullEntries);
  }

  /** The decided entry of an epoch, or undefined when it is not applied yet or no longer kept. */
  entryAt(epoch: number): MetadataEntry | undefined {
    return entryAt(this.#journal.state().log, epoch);
  }

  /** Answers a prepare or an accept; the answer is durable when this resolves. @throws KvError as `vote`, KV_STORE_FAILED */
  async vote(request: VoteRequest): Promise<MetaReply> {
    return await this.#journal.update((before) => {
      const { state, reply } = vote(before, this.#options.self, request);
      return { state, result: reply };
    });
  }

  /** Applies those of the decided entries that come next; the others change nothing. @throws KvError KV_STORE_FAILED */
  async learn(entries: readonly MetadataEntry[]): Promise<void> {
    await this.#advance((before) => {
      let state = before;
      const applied: string[] = [];
      for (const entry of entries) {
        checkSame(entry, state);
        if (entry.epoch !== epochOf(state.log) + 1) continue;
        state = learn(state, entry);
        assert(state.log.state !== undefined, 'a log with an entry has a state');
        applied.push(describeEntry(state.log.state, entry));
      }
      const log = trimLog(state.log, LIMITS.metadataEntriesKept);
      return { state: log === state.log ? state : { ...state, log }, result: applied };
    });
  }

  /** Begins again from a newer snapshot; an older one changes nothing. @throws KvError KV_CLUSTER_MISMATCH, KV_STORE_FAILED */
  async install(snapshot: ClusterMetadata): Promise<void> {
    await this.#advance((before) => {
      if (snapshot.epoch <= epochOf(before.log)) return { state: before, result: [] };
      const clusterId = before.log.state?.clusterId ?? snapshot.clusterId;
      if (clusterId !== snapshot.clusterId)
        throw new KvError('KV_CLUSTER_MISMATCH', 'a snapshot of another cluster was offered');
      const note = `epoch ${snapshot.epoch}: taken over as a snapshot`;
      return {
        state: { log: logFromSnapshot(snapshot), acceptor: FRESH_ACCEPTOR },
        result: [note],
      };
    });
  }

  /** The highest epoch that somebody waits for; 0 when nobody does. */
  awaited(): number {
    return this.#waiters.highest();
  }

  /** Resolves with the view once the epoch is applied. @throws KvError KV_EPOCH_CHANGED when the time ends first */
  async reached(epoch: number, remainingMs: number): Promise<ClusterView> {
    if (this.epoch() < epoch) await this.#waiters.wait(epoch, remainingMs);
    const view = this.view();
    assert(view !== undefined, 'an applied epoch has a view');
    return view;
  }

  /** Calls back after epochs were applied; those that were applied together call back once, with the newest. */
  subscribe(listener: (view: ClusterView) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Ends all waiting. */
  stop(): void {
    this.#waiters.stop();
  }

  async #advance(change: (state: VoterState) => JournalStep<readonly string[]>): Promise<void> {
    let applied: readonly string[];
    try {
      applied = await this.#journal.update(change);
    } catch (error) {
      // What is decided must be applied. A node that cannot do so has no place among those that can.
      if (error instanceof KvError && !isOfTheDisk(error)) this.#options.onFatal(error);
      throw error;
    }
    for (const message of applied)
      this.#options.events.emit({ kind: 'metadata', severity: 'info', message });
    if (applied.length > 0) this.#publish();
  }

  #publish(): void {
    this.#waiters.reached(this.epoch());
    const view = this.view();
    assert(view !== undefined, 'an applied epoch has a view');
    for (const listener of this.#listeners) listener(view);
  }
}

function isOfTheDisk(error: KvError): boolean {
  return error.code === 'KV_STORE_FAILED' || error.code === 'KV_OVERLOADED';
}

function checkSame(entry: MetadataEntry, { log }: VoterState): void {
  const known = entryAt(log, entry.epoch);
  if (known !== undefined && known.id !== entry.id)
    throw new KvError(
      'KV_INTERNAL',
      `epoch ${entry.epoch} of the metadata log was decided twice: ${known.id} here, ${entry.id} elsewhere`,
    );
}
