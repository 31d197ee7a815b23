import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import { driverOf, repairGroups, type RepairGroup } from '../core/repair/repair-groups.js';
import type { RepairQuestion, RepairReply } from '../core/repair/repair-messages.js';
import type { ClusterSettings } from '../core/settings.js';
import type { Clock, Timer } from '../env/clock.js';
import type { Logger } from '../env/log.js';
import type { HlcService, LivenessService, MetadataService, PeerDirectory } from '../services.js';
import type { StoreFloors } from '../store/floors.js';
import { pause } from '../store/pace.js';
import { RangeRepair, type RangeRepairResult, type RepairPartner } from './range-repair.js';
import type { RepairMetrics } from './repair-metrics.js';
import type { RepairReplica } from './repair-replica.js';

export interface RepairCycleParts {
  readonly ownId: NodeId;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metadata: MetadataService;
  readonly liveness: LivenessService;
  readonly peers: PeerDirectory;
  readonly replica: RepairReplica;
  readonly hlc: HlcService;
  readonly floors: StoreFloors;
  readonly metrics: RepairMetrics;
  /** In what time every range is to be repaired once. */
  readonly cycleMs: number;
  readonly stopping: AbortSignal;
}

/** What is known of one group of ranges. */
interface Progress {
  readonly key: string;
  readonly group: RepairGroup;
  /** When all owners were last found or made equal, monotonic; the start of the node at first. */
  repairedMs: number;
  /** When it was last gone over, by whoever of its owners were there. */
  doneMs: number;
  /** Not tried again before, after a failure. */
  againMs: number;
  /** The starts of its owners when they were last gone over together; empty when they never were. */
  boots: string;
}

/**
 * Keeps going over the ranges that this node owns, the one that was repaired longest ago first, at a pace at which each has its turn
 * within a cycle. Of the owners that are alive one drives each range; nobody has to ask for it.
 */
export class RepairCycle {
  readonly #parts: RepairCycleParts;
  #known: readonly Progress[] = [];
  #placementEpoch = 0;
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

  /** How long ago the range was repaired whose repair is the oldest, in seconds; 0 when there is none. */
  oldestSeconds(): number {
    const nowMs = this.#parts.clock.monotonicMs();
    const mine = this.#known.filter((progress) => this.#isMine(progress));
    const oldest = mine.reduce((least, { repairedMs }) => Math.min(least, repairedMs), nowMs);
    return (nowMs - oldest) / 1000;
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
    this.#learn();
    const next = this.#next();
    if (next === undefined) return;
    const { clock, cycleMs, log, metrics } = this.#parts;
    const startMs = clock.monotonicMs();
    this.#nextTurnMs = startMs + cycleMs / this.#known.length;
    const boots = this.#bootsOf(next);
    try {
      const result = await this.#repair(next.group);
      next.doneMs = startMs;
      if (result === 'alone') return;
      metrics.ranges.inc();
      metrics.sent.inc(result.sent);
      metrics.sentBytes.inc(result.sentBytes);
      metrics.dropped.inc(result.dropped);
      if (result.isWhole) {
        next.repairedMs = startMs;
        next.boots = boots;
      }
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      next.againMs = clock.monotonicMs() + LIMITS.repairAgainMs;
      metrics.failures.inc();
      log.debug('a repair ended early, and is tried again', { error });
    }
  }

  /** Takes over the ranges of a newer placement; what is known of a range with the same owners stays. */
  #learn(): void {
    const { metadata, ownId, clock } = this.#parts;
    const view = metadata.current();
    if (view === undefined || view.metadata.placementEpoch === this.#placementEpoch) return;
    this.#placementEpoch = view.metadata.placementEpoch;
    const before = new Map(this.#known.map((progress) => [progress.key, progress]));
    const nowMs = clock.monotonicMs();
    const groups = view.metadata.namespaces.flatMap((namespace) =>
      repairGroups(
        { ring: view.ring, placement: view.placementOf(namespace), namespace: namespace.id },
        ownId,
      ),
    );
    this.#known = groups.map((group) => {
      const key = JSON.stringify(group);
      const doneMs = Number.NEGATIVE_INFINITY;
      const fresh = { repairedMs: nowMs, doneMs, againMs: nowMs, boots: '' };
      return before.get(key) ?? { key, group, ...fresh };
    });
  }

  /** The next one that is this node's to drive: one whose owners are together again after one was away or has started anew, else the one that was gone over longest ago if its time has come. */
  #next(): Progress | undefined {
    const { clock, cycleMs } = this.#parts;
    const nowMs = clock.monotonicMs();
    const mine = this.#known.filter(
      (progress) => this.#isMine(progress) && progress.againMs <= nowMs,
    );
    const urgent = mine.find((progress) => this.#isUrgent(progress));
    if (urgent !== undefined || nowMs < this.#nextTurnMs) return urgent;
    const oldest = mine.reduce<Progress | undefined>(
      (least, one) => (least === undefined || one.doneMs < least.doneMs ? one : least),
      undefined,
    );
    // Each has its turn in a cycle: with fewer to drive than to own, a turn comes too early now and then.
    return oldest !== undefined && nowMs - oldest.doneMs >= cycleMs / 2 ? oldest : undefined;
  }

  #bootsOf({ group }: Progress): string {
    return group.owners.map((id) => this.#parts.liveness.sightingOf(id)?.boot ?? 0).join();
  }

  /** Whether an owner was not seen up at some time in the last `forMs`. */
  #wasAway({ owners }: RepairGroup, forMs: number): boolean {
    const { ownId, liveness } = this.#parts;
    return owners.some((id) => id !== ownId && (liveness.sightingOf(id)?.forMs ?? 0) < forMs);
  }

  #isMine({ group }: Progress): boolean {
    return driverOf(group, (nodeId) => this.#isAlive(nodeId)) === this.#parts.ownId;
  }

  #isUrgent(progress: Progress): boolean {
    const nowMs = this.#parts.clock.monotonicMs();
    const { group, repairedMs, againMs, boots } = progress;
    if (againMs > nowMs || !this.#isMine(progress)) return false;
    if (!group.owners.every((nodeId) => this.#isAlive(nodeId))) return false;
    return boots !== this.#bootsOf(progress) || this.#wasAway(group, nowMs - repairedMs);
  }

  async #repair(
    group: RepairGroup,
  ): Promise<(RangeRepairResult & { readonly isWhole: boolean }) | 'alone'> {
    const { metadata, clock, stopping } = this.#parts;
    const view = metadata.current();
    if (view === undefined || !view.metadata.opened) return 'alone';
    const partners = group.owners.flatMap(
      (nodeId) => this.#partnerOf(nodeId, group.namespace) ?? [],
    );
    if (partners.length < 2) return 'alone';
    const isWhole = partners.length === group.owners.length;
    const floorMs = isWhole ? this.#floorMs(group, view.metadata.settings) : 0;
    const checkpoint = (): void => {
      if (stopping.aborted) throw new KvError('KV_NOT_READY', 'the node is stopping');
    };
    const repair = new RangeRepair(
      { runs: group.runs, partners, isWhole, floorMs },
      {
        checkpoint,
        pause: (delayMs) => pause(clock, delayMs, stopping),
        // As long as so many bytes take at the highest rate.
        pace: (bytes) => pause(clock, (bytes * 1000) / LIMITS.repairBytesPerSecond, stopping),
      },
    );
    return { ...(await repair.run()), isWhole };
  }

  /** What was stamped up to then is complete once the owners are equal: no hint, no late write and no clock can bring more of it. */
  #floorMs({ namespace, runs }: RepairGroup, settings: ClusterSettings): number {
    const { hlc, floors } = this.#parts;
    const { graceMs, hintWindowMs, clockSkewMaxMs } = settings;
    const lateMs = LIMITS.clientTotalMs + clockSkewMaxMs;
    const floorMs = hlc.ownMs() - Math.max(graceMs, hintWindowMs, lateMs);
    const held = runs.flatMap((run) => floors.within(namespace, run));
    const lowest = held.reduce((least, { value }) => Math.min(least, value), Infinity);
    // Each rise is a synced write on every owner.
    return floorMs - lowest >= LIMITS.floorStepMs ? floorMs : 0;
  }

  #partnerOf(nodeId: NodeId, namespace: number): RepairPartner | undefined {
    const { ownId, peers, replica } = this.#parts;
    const epoch = this.#parts.metadata.current()?.metadata.epoch ?? 0;
    if (nodeId === ownId) {
      const ask = (question: RepairQuestion): Promise<RepairReply> =>
        replica.answer({ epoch, namespace, question }, LIMITS.repairAskMs);
      return { name: peers.nameOf(ownId), ask };
    }
    if (!this.#isAlive(nodeId)) return undefined;
    const link = peers.linkTo(nodeId);
    if (link === undefined) return undefined;
    const ask = (question: RepairQuestion): Promise<RepairReply> =>
      link.repair({ epoch, namespace, question }, LIMITS.repairAskMs);
    return { name: peers.nameOf(nodeId), ask };
  }

  #isAlive(nodeId: NodeId): boolean {
    return nodeId === this.#parts.ownId || this.#parts.liveness.stateOf(nodeId) === 'up';
  }
}
