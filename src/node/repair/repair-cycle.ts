import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import { driverOf, repairGroups, type RepairGroup } from '../core/repair/repair-groups.js';
import type { SlotRun } from '../core/repair/slot-map.js';
import type { RepairReport } from '../core/views/repair-views.js';
import type { Clock, Timer } from '../env/clock.js';
import type { Logger } from '../env/log.js';
import type {
  ClusterView,
  EventSink,
  HlcService,
  LivenessService,
  MetadataService,
  PeerDirectory,
} from '../services.js';
import type { GroupRepairEnd, GroupRepairs } from './group-repair.js';
import type { Recovery } from './recovery.js';
import type { RepairMetrics } from './repair-metrics.js';
import { freshProgress, type RepairProgress } from './repair-progress.js';
import type { MendReply } from './repair-replica.js';
import type { RepairTimes } from './repair-times.js';

export interface RepairCycleParts {
  readonly ownId: NodeId;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metadata: MetadataService;
  readonly liveness: LivenessService;
  readonly peers: Pick<PeerDirectory, 'nameOf'>;
  readonly hlc: Pick<HlcService, 'ownMs'>;
  readonly events: EventSink;
  readonly repairs: GroupRepairs;
  readonly times: RepairTimes;
  /** Until it is over, no range counts as repaired that was not repaired since. */
  readonly recovery: Recovery;
  readonly metrics: RepairMetrics;
  /** In what time every range is to be repaired once. */
  readonly cycleMs: number;
  readonly stopping: AbortSignal;
}

/** A repair that fails so often in a row is told to people. */
const FAILURES_TOLD = 5;

/**
 * Keeps going over the ranges that this node owns, the one that was repaired longest ago first, at a pace at which each has its turn
 * within a cycle. Of the owners that are alive one drives each range; nobody has to ask for it.
 */
export class RepairCycle {
  readonly #parts: RepairCycleParts;
  #known: readonly RepairProgress[] = [];
  #placementEpoch = 0;
  /** The placement whose slots all have a time. */
  #timedEpoch = 0;
  /** Before, only what is urgent has a turn. */
  #nextTurnMs = 0;
  #timer: Timer | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: RepairCycleParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#schedule();
  }

  /** Resolves when what is under way has ended; the signal must have come. */
  async idle(): Promise<void> {
    this.#timer?.cancel();
    await this.#running;
  }

  /** How long ago the range was last equal on all owners of which that is longest ago; undefined when there is no such range. */
  report(): RepairReport {
    this.#learn();
    const { times, hlc, cycleMs, recovery, metadata } = this.#parts;
    const nowMs = hlc.ownMs();
    let oldestAgeMs: number | undefined;
    for (const { group } of this.#known) {
      if (group.owners.length < 2) continue;
      const atMs = times.oldest(group.namespace, group.runs);
      if (atMs > 0) oldestAgeMs = Math.max(oldestAgeMs ?? 0, nowMs - atMs);
    }
    // Before the first write nothing can have been lost.
    const isOpened = metadata.current()?.metadata.opened === true;
    return {
      repairOldestAgeMs: oldestAgeMs,
      repairCycleMs: cycleMs,
      recovery: isOpened ? recovery.report(this.#known.map(({ group }) => group)) : undefined,
    };
  }

  /** Has the groups of some slots repaired soon, by this node, unless that began after `sinceMs`; says when that was last done. */
  mend(namespace: number, runs: readonly SlotRun[], sinceMs: number | undefined): MendReply {
    this.#learn();
    const nowMs = this.#parts.clock.monotonicMs();
    const beganMs = runs.map((run) => {
      const touched = this.#known.filter(
        ({ group }) =>
          group.namespace === namespace &&
          group.runs.some(({ from, to }) => from < run.to && run.from < to),
      );
      for (const progress of touched)
        progress.wantedMs = Math.max(progress.wantedMs, sinceMs ?? nowMs);
      const wholes = touched.map(({ wholeMs }) => wholeMs);
      return wholes.length === 0 ? -1 : Math.min(...wholes);
    });
    return { nowMs, beganMs };
  }

  #schedule(): void {
    const { clock, cycleMs, stopping } = this.#parts;
    if (stopping.aborted) return;
    const turnMs = cycleMs / Math.max(1, this.#known.length);
    this.#timer = clock.after(Math.min(LIMITS.repairLookMs, turnMs), () => {
      this.#running = this.#turn().then(() => {
        this.#schedule();
      });
    });
  }

  async #turn(): Promise<void> {
    let next: RepairProgress | undefined;
    try {
      await this.#parts.times.recover();
      this.#learn();
      await this.#recover();
      await this.#beginTimes();
      next = this.#next();
      if (next !== undefined) await this.#repair(next);
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      this.#failed(next, error);
    }
  }

  async #repair(next: RepairProgress): Promise<void> {
    const { clock, cycleMs, repairs, stopping } = this.#parts;
    const startMs = clock.monotonicMs();
    this.#nextTurnMs = startMs + cycleMs / this.#known.length;
    const boots = this.#bootsOf(next);
    const order = { signal: stopping, bytesPerSecond: LIMITS.repairBytesPerSecond };
    const end = await repairs.run(next.group, order);
    next.doneMs = startMs;
    if (end === 'alone') return;
    this.#count(end);
    this.#succeeded(next);
    if (!end.isWhole) return;
    next.repairedMs = startMs;
    next.wholeMs = startMs;
    next.boots = boots;
  }

  #count(end: Exclude<GroupRepairEnd, 'alone'>): void {
    const { metrics } = this.#parts;
    metrics.ranges.inc();
    metrics.sent.inc(end.sent);
    metrics.sentBytes.inc(end.sentBytes);
    metrics.dropped.inc(end.dropped);
  }

  #succeeded(progress: RepairProgress): void {
    if (progress.failures >= FAILURES_TOLD)
      this.#tell('info', `repairs ranges of ${this.#ownersOf(progress)} again`);
    progress.failures = 0;
  }

  #failed(progress: RepairProgress | undefined, error: KvError): void {
    const { clock, metrics, log, stopping } = this.#parts;
    if (stopping.aborted) return;
    metrics.failures.inc();
    log.debug('a repair ended early, and is tried again', { error });
    if (progress === undefined) return;
    progress.againMs = clock.monotonicMs() + LIMITS.repairAgainMs;
    progress.failures += 1;
    if (progress.failures === FAILURES_TOLD)
      this.#tell(
        'warn',
        `a repair of ranges of ${this.#ownersOf(progress)} has failed ${FAILURES_TOLD} times: ${error.message}`,
      );
  }

  #tell(severity: 'info' | 'warn', message: string): void {
    this.#parts.events.emit({ kind: 'repair', severity, message });
  }

  #ownersOf({ group }: RepairProgress): string {
    return group.owners.map((nodeId) => this.#parts.peers.nameOf(nodeId)).join(' ');
  }

  /** Takes over the ranges of a newer placement; what is known of a range with the same owners stays. */
  #learn(): void {
    const { metadata } = this.#parts;
    const view = metadata.current();
    if (view === undefined || view.metadata.placementEpoch === this.#placementEpoch) return;
    this.#placementEpoch = view.metadata.placementEpoch;
    const before = new Map(this.#known.map((progress) => [progress.key, progress]));
    this.#known = this.#groupsOf(view).map((group) => {
      const key = JSON.stringify(group);
      return before.get(key) ?? freshProgress(key, group, this.#parts.clock.monotonicMs());
    });
  }

  #groupsOf(view: ClusterView): readonly RepairGroup[] {
    const { ownId } = this.#parts;
    return view.metadata.namespaces.flatMap((namespace) =>
      repairGroups(view, namespace, { owner: ownId }),
    );
  }

  async #recover(): Promise<void> {
    const { metadata, recovery } = this.#parts;
    if (metadata.current()?.metadata.opened === true)
      await recovery.settle(this.#known.map(({ group }) => group));
  }

  /** What was never repaired is as old as this node's knowledge of it, from the moment there is data. */
  async #beginTimes(): Promise<void> {
    const { metadata, times, hlc, recovery } = this.#parts;
    const view = metadata.current();
    if (!recovery.isOver()) return;
    if (view?.metadata.opened !== true || this.#timedEpoch === this.#placementEpoch) return;
    const epoch = this.#placementEpoch;
    const nowMs = Math.floor(hlc.ownMs());
    for (const { id } of view.metadata.namespaces) {
      const own = this.#known.filter(({ group }) => group.namespace === id);
      await times.begin(
        id,
        own.flatMap(({ group }) => group.runs),
        nowMs,
      );
    }
    this.#timedEpoch = epoch;
  }

  /**
   * The next one to drive: one that somebody asked for, one whose owners are together again after one was away or has started anew, else
   * the one that was gone over longest ago if its time has come.
   */
  #next(): RepairProgress | undefined {
    const { clock, cycleMs } = this.#parts;
    const nowMs = clock.monotonicMs();
    const ready = this.#known.filter(({ againMs }) => againMs <= nowMs);
    const mine = ready.filter((progress) => this.#isMine(progress));
    const urgent =
      ready.find((progress) => this.#isWanted(progress)) ??
      mine.find((progress) => this.#isUrgent(progress));
    if (urgent !== undefined || nowMs < this.#nextTurnMs) return urgent;
    const ages = mine.map((progress) => ({ progress, doneMs: this.#doneMs(progress) }));
    const [first, ...rest] = ages;
    if (first === undefined) return undefined;
    const oldest = rest.reduce((least, one) => (one.doneMs < least.doneMs ? one : least), first);
    // Each has its turn in a cycle: with fewer to drive than to own, a turn comes too early now and then.
    return nowMs - oldest.doneMs >= cycleMs / 2 ? oldest.progress : undefined;
  }

  /** When it was last gone over, also by another owner, or before this node started. */
  #doneMs({ group, doneMs }: RepairProgress): number {
    const { times, hlc, clock } = this.#parts;
    const atMs = times.oldest(group.namespace, group.runs);
    return Math.max(doneMs, clock.monotonicMs() - Math.max(0, hlc.ownMs() - atMs));
  }

  #bootsOf({ group }: RepairProgress): string {
    return group.owners.map((id) => this.#parts.liveness.sightingOf(id)?.boot ?? 0).join();
  }

  /** Whether an owner was not seen up at some time in the last `forMs`. */
  #wasAway({ owners }: RepairGroup, forMs: number): boolean {
    const { ownId, liveness } = this.#parts;
    return owners.some((id) => id !== ownId && (liveness.sightingOf(id)?.forMs ?? 0) < forMs);
  }

  #isMine({ group }: RepairProgress): boolean {
    return driverOf(group, (nodeId) => this.#isAlive(nodeId)) === this.#parts.ownId;
  }

  #isWanted({ group, wantedMs, wholeMs }: RepairProgress): boolean {
    return (
      wantedMs >= 0 && wantedMs >= wholeMs && group.owners.every((nodeId) => this.#isAlive(nodeId))
    );
  }

  #isUrgent(progress: RepairProgress): boolean {
    const nowMs = this.#parts.clock.monotonicMs();
    const { group, repairedMs, boots } = progress;
    // What moves is made equal by the plan, at its own rate; here it only has its turn like all others.
    if (group.isMoving === true) return false;
    if (!group.owners.every((nodeId) => this.#isAlive(nodeId))) return false;
    return boots !== this.#bootsOf(progress) || this.#wasAway(group, nowMs - repairedMs);
  }

  #isAlive(nodeId: NodeId): boolean {
    return this.#parts.repairs.isAlive(nodeId);
  }
}
