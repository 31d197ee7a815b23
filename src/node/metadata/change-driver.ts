import { assert } from '../../stdx/assert.js';
import { Backoff } from '../../stdx/backoff.js';
import { toHex } from '../../stdx/bytes.js';
import { Semaphore, SemaphoreFull } from '../../stdx/semaphore.js';
import { unreachable } from '../../stdx/unreachable.js';
import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { MetadataChange, MetadataEntry, NodeId } from '../core/metadata/cluster-metadata.js';
import { applyEntry } from '../core/metadata/transformations.js';
import { propose } from '../core/paxos/proposer.js';
import type { Buggify } from '../env/buggify.js';
import type { Clock } from '../env/clock.js';
import type { Counter, Metrics } from '../env/metrics.js';
import type { Random } from '../env/random.js';
import type { ClusterView, LivenessService, PeerDirectory } from '../services.js';
import type { RoundEnd } from './ballot-round.js';
import { runBallot } from './ballot-round.js';
import type { EntryHerald } from './entry-herald.js';
import type { LogKeeper } from './log-keeper.js';
import type { LogPuller } from './log-puller.js';
import { noMajority, outrun } from './no-majority.js';
import type { VoterCaller } from './voter-caller.js';

export interface ChangeDriverOptions {
  readonly self: NodeId;
  readonly clock: Clock;
  readonly buggify: Buggify;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly keeper: LogKeeper;
  readonly puller: LogPuller;
  readonly caller: VoterCaller;
  readonly herald: EntryHerald;
  readonly directory: PeerDirectory;
  readonly liveness: LivenessService;
}

/** Makes a change of the newest state, or undefined when nothing is left to do. */
export type Decide = (view: ClusterView) => MetadataChange | undefined;

/** One call of `change`, while it lasts. */
interface Attempt {
  readonly decide: Decide;
  readonly deadlineMs: number;
  readonly backoff: Backoff;
  /** Ids of all entries made for it: another proposer may complete any of them. */
  readonly ids: Set<string>;
  /** What is proposed for the next epoch; kept over ballots, made anew when that epoch is taken. */
  entry: MetadataEntry | undefined;
  round: number;
  ballots: number;
  /** Accepts for `entry` were sent in some ballot: it may be decided without this node. */
  exposed: boolean;
}

type Outcome = 'decided' | 'overtaken' | 'outbid' | 'no-majority';

const OUTCOMES: readonly Outcome[] = ['decided', 'overtaken', 'outbid', 'no-majority'];
const BACKOFF_MS = { baseMs: 20, maxMs: 500 };

/** Gets changes decided, one at a time: ballot after ballot, completing what others began, until its own is in the log. */
export class ChangeDriver {
  readonly #options: ChangeDriverOptions;
  readonly #turn = new Semaphore({ permits: 1, maxWaiting: LIMITS.metadataWaiting });
  readonly #outcomes: ReadonlyMap<Outcome, Counter>;
  #lastFailure: RoundEnd | undefined;

  constructor(options: ChangeDriverOptions) {
    this.#options = options;
    const counter = (outcome: Outcome): Counter =>
      options.metrics.counter({
        name: 'kv_metadata_proposals_total',
        help: 'Ballots of this node for an epoch of cluster metadata, by how they ended.',
        labels: { outcome },
      });
    this.#outcomes = new Map(OUTCOMES.map((outcome) => [outcome, counter(outcome)]));
  }

  /** As `MetadataService.change`. */
  async change(decide: Decide, remainingMs: number): Promise<ClusterView> {
    const { clock, random } = this.#options;
    const attempt: Attempt = {
      decide,
      deadlineMs: clock.monotonicMs() + remainingMs,
      backoff: new Backoff({ ...BACKOFF_MS, random: () => random.nextFloat() }),
      ids: new Set(),
      entry: undefined,
      round: 0,
      ballots: 0,
      exposed: false,
    };
    await this.#takeTurn(remainingMs);
    try {
      return await this.#drive(attempt);
    } finally {
      this.#turn.release();
    }
  }

  /** Why the last ballot that found no majority failed, for those who wait for a change under way. */
  lastFailure(): KvError {
    const { directory } = this.#options;
    if (this.#lastFailure !== undefined)
      return noMajority(this.#lastFailure, (id) => directory.nameOf(id));
    return new KvError('KV_NO_VOTER_MAJORITY', 'a majority of voters has not answered in time');
  }

  async #drive(attempt: Attempt): Promise<ClusterView> {
    const { keeper } = this.#options;
    for (;;) {
      const view = keeper.view();
      if (view === undefined)
        throw new KvError('KV_NOT_READY', 'this node does not belong to a cluster yet');
      if (keeper.hasApplied(attempt.ids)) return view;
      const entry = this.#entryFor(attempt, view);
      if (entry === undefined) return view;
      await this.#settle(attempt, await this.#ballot(attempt, view, entry));
    }
  }

  /** The entry to propose on this state; one that would not apply is refused here, before anybody hears of it. */
  #entryFor(attempt: Attempt, view: ClusterView): MetadataEntry | undefined {
    const epoch = view.metadata.epoch + 1;
    if (attempt.entry?.epoch === epoch) return attempt.entry;
    const change = attempt.decide(view);
    if (change === undefined) return undefined;
    const entry: MetadataEntry = { epoch, id: toHex(this.#options.random.bytes(8)), change };
    applyEntry(view.metadata, entry);
    attempt.ids.add(entry.id);
    attempt.entry = entry;
    attempt.round = 0;
    attempt.exposed = false;
    return entry;
  }

  async #ballot(attempt: Attempt, view: ClusterView, entry: MetadataEntry): Promise<RoundEnd> {
    const { self, keeper, caller, buggify } = this.#options;
    attempt.round = Math.max(attempt.round, keeper.promisedRound()) + 1;
    // Voters with slow disks get more time with each ballot, else none would ever succeed.
    const usualMs = LIMITS.metadataBallotMs * 2 ** Math.min(attempt.ballots, 4);
    const patienceMs = buggify('metadata.impatient-proposer') ? 1 : usualMs;
    attempt.ballots += 1;
    const timeoutMs = Math.max(1, Math.min(patienceMs, this.#leftMs(attempt)));
    const ballot = { round: attempt.round, nodeId: self };
    const end = await runBallot(propose(view.metadata.voters, ballot, entry), (voter, request) =>
      caller.ask(voter, request, timeoutMs),
    );
    attempt.exposed ||= end.sentAccepts;
    return { ...end, sentAccepts: attempt.exposed };
  }

  /** Takes the consequences of a ballot; returns when the next one is due. @throws KvError when there will be none */
  async #settle(attempt: Attempt, end: RoundEnd): Promise<void> {
    const { phase } = end.proposal;
    assert(phase.kind !== 'preparing' && phase.kind !== 'accepting', 'a ballot runs to its end');
    switch (phase.kind) {
      case 'decided':
        this.#outcomes.get('decided')?.inc();
        this.#lastFailure = undefined;
        await this.#publish(phase.entry);
        return;
      case 'overtaken':
        this.#outcomes.get('overtaken')?.inc();
        await this.#catchUp(attempt, end);
        return;
      case 'outbid':
        this.#outcomes.get('outbid')?.inc();
        attempt.round = Math.max(attempt.round, phase.ballot.round);
        if (this.#leftMs(attempt) <= 0) throw outrun(end.sentAccepts);
        await this.#pause(attempt);
        return;
      case 'no-majority':
        this.#outcomes.get('no-majority')?.inc();
        this.#lastFailure = end;
        if (this.#leftMs(attempt) <= 0 || this.#isHopeless(end)) throw this.lastFailure();
        await this.#pause(attempt);
        return;
      default:
        return unreachable(phase);
    }
  }

  /** A change of voters waits until a majority of the new ones has stored it: an old one may stop after that. */
  async #publish(entry: MetadataEntry): Promise<void> {
    const { keeper, herald } = this.#options;
    await keeper.learn([entry]);
    const state = keeper.state();
    if (state === undefined) return;
    const told = herald.tell(entry, state);
    if (entry.change.kind === 'voters') await told;
    else void told;
  }

  async #catchUp(attempt: Attempt, end: RoundEnd): Promise<void> {
    const { keeper, puller } = this.#options;
    const { phase } = end.proposal;
    if (phase.kind !== 'overtaken') return;
    const leftMs = this.#leftMs(attempt);
    if (leftMs <= 0) throw outrun(end.sentAccepts);
    puller.observe(phase.epoch, phase.by);
    await keeper.reached(phase.epoch, leftMs);
  }

  /** All that are missing do not answer and are believed down: waiting longer would not change that. */
  #isHopeless({ proposal }: RoundEnd): boolean {
    const { liveness } = this.#options;
    const missing = [...proposal.answers].filter(
      ([, answer]) => answer.kind === 'silent' || answer.kind === 'behind',
    );
    return missing.every(
      ([id, answer]) => answer.kind === 'silent' && liveness.stateOf(id) === 'down',
    );
  }

  #pause(attempt: Attempt): Promise<void> {
    const delayMs = Math.min(attempt.backoff.nextMs(), this.#leftMs(attempt));
    return new Promise((resolve) => {
      this.#options.clock.after(delayMs, resolve);
    });
  }

  #leftMs(attempt: Attempt): number {
    return attempt.deadlineMs - this.#options.clock.monotonicMs();
  }

  async #takeTurn(remainingMs: number): Promise<void> {
    const gaveUp = new AbortController();
    const timer = this.#options.clock.after(remainingMs, () => {
      gaveUp.abort(this.lastFailure());
    });
    try {
      await this.#turn.acquire(gaveUp.signal);
    } catch (error) {
      if (!(error instanceof SemaphoreFull)) throw error;
      throw new KvError('KV_OVERLOADED', 'too many changes of cluster metadata wait', {
        cause: error,
      });
    } finally {
      timer.cancel();
    }
  }
}
