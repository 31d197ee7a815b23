import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { RepairGroup } from '../core/repair/repair-groups.js';
import { SLOT_SIZE } from '../core/ring/token.js';
import type { RepairJobState, RepairJobView } from '../core/views/repair-views.js';
import { hex32 } from '../../stdx/bytes.js';
import type { Clock } from '../env/clock.js';
import type { EventSink, MetadataService, PeerDirectory } from '../services.js';
import { pause } from '../store/pace.js';
import type { GroupRepairEnd, GroupRepairs } from './group-repair.js';
import { NOTHING_DONE, sumOf } from './range-result.js';
import type { RepairMetrics } from './repair-metrics.js';

export interface RepairJobParts {
  readonly ownId: string;
  readonly clock: Clock;
  readonly metadata: MetadataService;
  readonly peers: Pick<PeerDirectory, 'nameOf'>;
  readonly events: EventSink;
  readonly repairs: GroupRepairs;
  readonly metrics: RepairMetrics;
  readonly stopping: AbortSignal;
}

/** What a job is to do. */
export interface RepairOrder {
  readonly id: string;
  /** In words. */
  readonly scope: string;
  readonly groups: readonly RepairGroup[];
}

/** Times that a group is tried. */
const TRIES = 3;

/** One repair that somebody asked for: goes over its groups, tries each a few times, and says how far it is. */
export class RepairJob {
  readonly id: string;
  readonly #parts: RepairJobParts;
  readonly #order: RepairOrder;
  readonly #abort = new AbortController();
  readonly #counts = { done: 0, repaired: 0, partial: 0, failed: 0 };
  /** By the tries that have ended, also of those that failed. */
  #moved = NOTHING_DONE;
  /** By the one that is under way. */
  #moving = NOTHING_DONE;
  readonly #away = new Set<string>();
  #state: RepairJobState = 'running';
  #step = '';
  #at = '';
  #problem = '';
  /** Of the last range that failed. */
  #failure = '';
  #startedAtMs = 0;
  #startedMs = 0;
  #movedMs = 0;
  #endedMs: number | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: RepairJobParts, order: RepairOrder) {
    this.id = order.id;
    this.#parts = parts;
    this.#order = order;
  }

  get isRunning(): boolean {
    return this.#state === 'running';
  }

  start(): void {
    const { clock, stopping } = this.#parts;
    this.#startedAtMs = clock.wallMs();
    this.#startedMs = clock.monotonicMs();
    this.#movedMs = this.#startedMs;
    const stop = (): void => {
      this.#abort.abort();
    };
    stopping.addEventListener('abort', stop, { once: true });
    this.#tell('info', `repair ${this.id} of ${this.#order.scope} has begun`);
    this.#running = this.#run().finally(() => {
      stopping.removeEventListener('abort', stop);
    });
  }

  /** Resolves when it has ended. */
  async cancel(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async idle(): Promise<void> {
    await this.#running;
  }

  view(): RepairJobView {
    const nowMs = this.#parts.clock.monotonicMs();
    const endMs = this.#endedMs ?? nowMs;
    return {
      id: this.id,
      node: this.#parts.peers.nameOf(this.#parts.ownId),
      scope: this.#order.scope,
      state: this.#state,
      startedAtMs: this.#startedAtMs,
      tookMs: endMs - this.#startedMs,
      ranges: this.#order.groups.reduce((sum, { ranges }) => sum + ranges, 0),
      ...this.#counts,
      ...sumOf(this.#moved, this.#moving),
      step: this.#step,
      at: this.#at,
      idleMs: this.isRunning ? nowMs - this.#movedMs : 0,
      problem: this.#problem,
      away: [...this.#away].sort(),
    };
  }

  async #run(): Promise<void> {
    for (const group of this.#order.groups) {
      if (this.#isStopped()) break;
      const { owners, runs, ranges } = group;
      const names = owners.map((nodeId) => this.#parts.peers.nameOf(nodeId)).join(' ');
      this.#at = `0x${hex32((runs[0]?.from ?? 0) * SLOT_SIZE)} ${names}`;
      await this.#repair(group);
      if (this.#isStopped()) break;
      this.#counts.done += ranges;
      this.#movedMs = this.#parts.clock.monotonicMs();
    }
    this.#end();
  }

  async #repair(group: RepairGroup): Promise<void> {
    const { signal } = this.#abort;
    for (let tries = 1; tries <= TRIES && !this.#isStopped(); tries++) {
      try {
        this.#count(group, await this.#once(group));
        return;
      } catch (error) {
        if (!(error instanceof KvError)) throw error;
        if (this.#isStopped()) return;
        this.#problem = `${this.#at}: ${error.message}`;
        this.#parts.metrics.failures.inc();
        // Nothing changes that soon.
        if (error.code === 'KV_UNAVAILABLE') break;
      }
      this.#step = 'retry';
      if (tries < TRIES) await pause(this.#parts.clock, LIMITS.repairAgainMs, signal);
    }
    if (this.#isStopped()) return;
    this.#counts.failed += group.ranges;
    this.#failure = this.#problem;
  }

  async #once(group: RepairGroup): Promise<GroupRepairEnd> {
    for (const nodeId of group.owners)
      if (!this.#parts.repairs.isAlive(nodeId)) this.#away.add(this.#parts.peers.nameOf(nodeId));
    try {
      return await this.#parts.repairs.run(group, {
        signal: this.#abort.signal,
        bytesPerSecond: LIMITS.repairBytesPerSecond,
        onStep: (step) => {
          this.#step = step;
          this.#movedMs = this.#parts.clock.monotonicMs();
        },
        onDone: (soFar) => {
          this.#moving = soFar;
          this.#movedMs = this.#parts.clock.monotonicMs();
        },
      });
    } finally {
      this.#moved = sumOf(this.#moved, this.#moving);
      this.#moving = NOTHING_DONE;
    }
  }

  #count({ ranges, owners }: RepairGroup, end: GroupRepairEnd): void {
    const { metrics, metadata } = this.#parts;
    if (end === 'alone') {
      // With one copy, or no data, there is nothing to make equal.
      if (owners.length < 2 || metadata.current()?.metadata.opened !== true) return;
      throw new KvError('KV_UNAVAILABLE', 'only one of the owners is alive');
    }
    metrics.ranges.inc();
    metrics.sent.inc(end.sent);
    metrics.sentBytes.inc(end.sentBytes);
    metrics.dropped.inc(end.dropped);
    if (end.differing > 0) this.#counts.repaired += ranges;
    if (!end.isWhole) this.#counts.partial += ranges;
    this.#problem = this.#failure;
  }

  #isStopped(): boolean {
    return this.#abort.signal.aborted;
  }

  #end(): void {
    const { clock } = this.#parts;
    const { done, failed, partial } = this.#counts;
    this.#endedMs = clock.monotonicMs();
    this.#step = '';
    this.#at = '';
    if (this.#isStopped()) this.#state = 'cancelled';
    else this.#state = failed > 0 ? 'failed' : 'done';
    const ends = `repair ${this.id} is ${this.#state}: ${done} ranges, ${partial} partial, ${failed} failed`;
    this.#tell(failed > 0 ? 'warn' : 'info', ends);
  }

  #tell(severity: 'info' | 'warn', message: string): void {
    this.#parts.events.emit({ kind: 'repair', severity, message });
  }
}
