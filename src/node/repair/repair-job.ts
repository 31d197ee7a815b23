import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import { groupsLeft } from '../core/repair/repair-cursor.js';
import type { RepairGroup } from '../core/repair/repair-groups.js';
import { SLOT_SIZE } from '../core/ring/token.js';
import type { RepairJobView } from '../core/views/repair-views.js';
import { hex32 } from '../../stdx/bytes.js';
import type { EventSink, MetadataService, PeerDirectory } from '../services.js';
import { pause } from '../store/pace.js';
import type { GroupRepairEnd, GroupRepairs } from './group-repair.js';
import { JobProgress, type GroupOutcome } from './job-progress.js';
import { JobKeeper, type JobKeeperParts } from './job-keeper.js';
import type { KeptRepairJob } from './repair-job-store.js';
import type { RepairMetrics } from './repair-metrics.js';

export interface RepairJobParts extends JobKeeperParts {
  readonly ownId: string;
  readonly metadata: MetadataService;
  readonly peers: Pick<PeerDirectory, 'nameOf'>;
  readonly events: EventSink;
  readonly repairs: GroupRepairs;
  readonly metrics: RepairMetrics;
  readonly stopping: AbortSignal;
}

/** Times that a group is tried. */
const TRIES = 3;

/**
 * One repair that somebody asked for: goes over its groups, tries each a few times, and says how far it is. What it has done is kept
 * on the disk, so that a later run of the node goes on with it; only its end and a cancel end it.
 */
export class RepairJob {
  readonly id: string;
  readonly number: number;
  readonly #parts: RepairJobParts;
  readonly #progress: JobProgress;
  readonly #keeper: JobKeeper;
  readonly #abort = new AbortController();
  /** What it goes over; nothing while that is not known, and when it has ended. */
  #groups: readonly RepairGroup[] = [];
  /** Of the group that it is at. */
  #owners: readonly NodeId[] = [];
  #running: Promise<void> = Promise.resolve();

  /** @param number later ones have higher ones */
  constructor(parts: RepairJobParts, { number, record }: KeptRepairJob) {
    this.id = record.id;
    this.number = number;
    this.#parts = parts;
    this.#progress = new JobProgress(parts.clock, record);
    this.#keeper = new JobKeeper(parts, number, () => this.#progress.record());
  }

  get isRunning(): boolean {
    return this.#progress.state === 'running';
  }

  /** Begins when it is durable that it was asked for, and that others are forgotten. @throws KvError when it cannot be written */
  async begin(groups: readonly RepairGroup[], forgotten: readonly number[]): Promise<void> {
    this.#groups = groups;
    const kept = this.#keeper.now(forgotten);
    const text = `repair ${this.id} of ${this.#progress.scope} has begun`;
    this.#running = kept.then(
      async () => {
        this.#tell('info', text);
        await this.#run(async () => undefined);
      },
      () => undefined,
    );
    await kept;
  }

  /** Goes on after a restart of the node, with the groups that it means then. @param plan may throw KvError */
  resume(plan: () => readonly RepairGroup[]): void {
    // First of all: a repair that ends the process each time must not do so for ever.
    this.#running = this.#keeper.tryNow().then(() => this.#run(() => this.#plan(plan)));
  }

  /** It does not go on after a restart. */
  interrupt(obstacle: string): void {
    this.#running = this.#end(obstacle);
  }

  /**
   * It is cancelled for good when this resolves; a question to another node that is under way may still come to its end.
   * @throws KvError when that cannot be written: then it goes on after a restart
   */
  async cancel(): Promise<void> {
    if (!this.isRunning && !this.#keeper.isOwed) return;
    this.#abort.abort();
    if (this.isRunning) this.#progress.end('cancelled');
    try {
      await this.#keeper.now();
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      const message = `repair ${this.id} has stopped, but goes on after a restart: ${error.message}`;
      throw new KvError(error.code, message, { cause: error });
    }
  }

  async idle(): Promise<void> {
    await this.#running;
  }

  view(): RepairJobView {
    const { peers, ownId, repairs } = this.#parts;
    const slowest = this.isRunning ? repairs.pace.slowest(this.#owners) : undefined;
    const why = slowest?.why ?? '';
    return {
      ...this.#progress.view(peers.nameOf(ownId)),
      bytesPerSecond: slowest?.bytesPerSecond ?? LIMITS.repairBytesPerSecond,
      slowedBy: slowest === undefined || why === '' ? '' : `${peers.nameOf(slowest.nodeId)} ${why}`,
    };
  }

  /** @param prepare says why it cannot go on, if so */
  async #run(prepare: () => Promise<string | undefined>): Promise<void> {
    const { stopping } = this.#parts;
    const stop = (): void => {
      this.#abort.abort();
    };
    stopping.addEventListener('abort', stop, { once: true });
    if (stopping.aborted) stop();
    try {
      const obstacle = await prepare();
      if (obstacle === undefined) await this.#goOver();
      await this.#end(obstacle);
    } finally {
      stopping.removeEventListener('abort', stop);
    }
  }

  async #plan(plan: () => readonly RepairGroup[]): Promise<string | undefined> {
    await this.#awaitMembers();
    if (this.#isStopped()) return undefined;
    try {
      this.#groups = plan();
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      return `after a restart it cannot go on: ${error.message}`;
    }
    if (this.#groups.length === 0) return 'after a restart it means no range any more';
    this.#progress.planned(this.#groups);
    const { counts, ranges } = this.#progress.record();
    const done = `${counts.done} of ${ranges} ranges are done`;
    this.#tell(
      'info',
      `repair ${this.id} of ${this.#progress.scope} goes on after a restart: ${done}`,
    );
    return undefined;
  }

  /**
   * After a start nobody has been heard yet, and the cluster may have changed: no range is to be called partial, or failed, for that.
   */
  async #awaitMembers(): Promise<void> {
    const { clock, metadata, repairs } = this.#parts;
    const untilMs = clock.monotonicMs() + LIMITS.repairResumeWaitMs;
    const isComplete = (): boolean =>
      metadata
        .current()
        ?.metadata.members.every(
          ({ nodeId, state }) => state === 'removed' || repairs.isAlive(nodeId),
        ) === true;
    this.#progress.stepTo('members');
    while (!this.#isStopped() && !isComplete() && clock.monotonicMs() < untilMs)
      await pause(clock, LIMITS.repairLookMs, this.#abort.signal);
  }

  async #goOver(): Promise<void> {
    for (const index of groupsLeft(this.#progress.record().cursor, this.#groups)) {
      if (this.#isStopped()) return;
      const group = this.#groups[index]!;
      const names = group.owners.map((nodeId) => this.#parts.peers.nameOf(nodeId)).join(' ');
      const at = `0x${hex32((group.runs[0]?.from ?? 0) * SLOT_SIZE)} ${names}`;
      this.#progress.goTo(at);
      const outcome = this.#isGone(group) ? 'alone' : await this.#repair(group, at);
      if (outcome === undefined) return;
      this.#progress.wentOver(group, index, outcome);
      this.#keeper.soon();
    }
  }

  /** Undefined when it was stopped before it knew. */
  async #repair(group: RepairGroup, at: string): Promise<GroupOutcome | undefined> {
    const { signal } = this.#abort;
    for (let tries = 1; tries <= TRIES && !this.#isStopped(); tries++) {
      try {
        return this.#count(group, await this.#once(group));
      } catch (error) {
        if (!(error instanceof KvError)) throw error;
        if (this.#isStopped()) return undefined;
        this.#progress.stuck(`${at}: ${error.message}`);
        this.#keeper.soon();
        this.#parts.metrics.failures.inc();
        // Nothing changes that soon.
        if (error.code === 'KV_UNAVAILABLE') break;
      }
      this.#progress.waitAt('retry');
      if (tries < TRIES) await pause(this.#parts.clock, LIMITS.repairAgainMs, signal);
    }
    return this.#isStopped() ? undefined : 'failed';
  }

  async #once(group: RepairGroup): Promise<GroupRepairEnd> {
    this.#owners = group.owners;
    for (const nodeId of group.owners)
      if (!this.#parts.repairs.isAlive(nodeId))
        this.#progress.lacks(this.#parts.peers.nameOf(nodeId));
    try {
      return await this.#parts.repairs.run(group, {
        signal: this.#abort.signal,
        bytesPerSecond: LIMITS.repairBytesPerSecond,
        onStep: (step) => {
          this.#progress.stepTo(step);
        },
        onDone: (soFar) => {
          this.#progress.moving(soFar);
          this.#keeper.soon();
        },
      });
    } finally {
      this.#progress.tried();
    }
  }

  /** Whether its namespace was dropped since it was planned. */
  #isGone({ namespace }: RepairGroup): boolean {
    const view = this.#parts.metadata.current();
    return view?.metadata.namespaces.every(({ id }) => id !== namespace) === true;
  }

  #count({ owners }: RepairGroup, end: GroupRepairEnd): GroupOutcome {
    const { metrics, metadata } = this.#parts;
    if (end === 'alone') {
      // With one copy, or no data, there is nothing to make equal.
      if (metadata.current()?.metadata.opened !== true) return 'empty';
      if (owners.length < 2) return 'alone';
      throw new KvError('KV_UNAVAILABLE', 'only one of the owners is alive');
    }
    metrics.ranges.inc();
    metrics.sent.inc(end.sent);
    metrics.sentBytes.inc(end.sentBytes);
    metrics.dropped.inc(end.dropped);
    return end;
  }

  #isStopped(): boolean {
    return this.#abort.signal.aborted;
  }

  async #end(obstacle?: string): Promise<void> {
    const { counts } = this.#progress.record();
    // Stopped with the process is no end: it goes on after the next start.
    if (this.#isStopped()) this.#progress.rest();
    else if (obstacle !== undefined) this.#progress.interrupt(obstacle);
    else this.#progress.end(counts.failed > 0 ? 'failed' : 'done');
    await this.#keeper.end();
    const { state, scope } = this.#progress;
    const done = `${counts.done} ranges, ${counts.partial} partial, ${counts.failed} failed`;
    if (state === 'interrupted')
      this.#tell('warn', `repair ${this.id} of ${scope} is interrupted: ${obstacle ?? ''}`);
    else if (state !== 'running')
      this.#tell(counts.failed > 0 ? 'warn' : 'info', `repair ${this.id} is ${state}: ${done}`);
  }

  #tell(severity: 'info' | 'warn', message: string): void {
    this.#parts.events.emit({ kind: 'repair', severity, message });
  }
}
