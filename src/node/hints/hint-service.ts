import { assert } from '../../stdx/assert.js';
import { KvError } from '../core/errors.js';
import { windowLeftMs } from '../core/hints/hint-bounds.js';
import { LIMITS } from '../core/limits.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import { DEFAULT_SETTINGS, type ClusterSettings } from '../core/settings.js';
import type { HintReport } from '../core/views/hint-views.js';
import type { Buggify } from '../env/buggify.js';
import type { Clock, Timer } from '../env/clock.js';
import type { Logger } from '../env/log.js';
import type { Metrics } from '../env/metrics.js';
import type {
  EventSink,
  HintKeeper,
  LivenessService,
  MetadataService,
  MissedWrite,
  PeerDirectory,
} from '../services.js';
import { HintDelivery, type CorruptTarget, type SendToReplica } from './hint-delivery.js';
import { HintEvents } from './hint-events.js';
import { hintMetrics, type HintMetrics } from './hint-metrics.js';
import { HintStore } from './hint-store.js';
import { RepairMarks } from './repair-marks.js';
import type { SystemStore } from './system-store.js';
import { TargetReplay } from './target-replay.js';

export interface HintServiceParts {
  readonly clock: Clock;
  readonly buggify: Buggify;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly store: SystemStore;
  readonly boot: number;
  readonly metadata: MetadataService;
  readonly liveness: Pick<LivenessService, 'stateOf'>;
  readonly peers: PeerDirectory;
  readonly events: EventSink;
  /** This node leaves, and goes as soon as it keeps no hints: those for nodes that are down go to the other owners. */
  readonly isLeaving?: (() => boolean) | undefined;
  /** What this node takes for the time. */
  readonly nowMs: () => number;
  readonly send: SendToReplica;
  readonly reportCorrupt: (copy: CorruptTarget) => void;
  readonly isDiskFull?: (() => boolean) | undefined;
}

/**
 * Hinted handoff: keeps what replicas missed, brings it to them when they are back, and marks for repair what it cannot keep.
 * It works only while there are hints, behind live traffic, and stops between two batches.
 */
export class HintService implements HintKeeper {
  readonly marks: RepairMarks;
  readonly #parts: HintServiceParts;
  readonly #hints: HintStore;
  readonly #delivery: HintDelivery;
  readonly #metrics: HintMetrics;
  readonly #events: HintEvents;
  readonly #replays = new Map<NodeId, TargetReplay>();
  readonly #paused = new Set<NodeId>();
  readonly #working = new Set<Promise<void>>();
  #timer: Timer | undefined;
  #recovering = false;
  #started = false;
  #stopped = false;

  constructor(parts: HintServiceParts) {
    const { store, clock, nowMs, boot, isDiskFull, events, peers } = parts;
    this.#parts = parts;
    this.marks = new RepairMarks({ store, clock, nowMs });
    const bounds = (): ClusterSettings => this.#settings();
    this.#hints = new HintStore({ store, marks: this.marks, nowMs, boot, bounds, isDiskFull });
    this.#delivery = new HintDelivery(parts);
    this.#events = new HintEvents({ clock, events, nameOf: (target) => peers.nameOf(target) });
    this.#metrics = hintMetrics(parts.metrics, {
      count: () => this.#hints.tallies.count,
      bytes: () => this.#hints.tallies.bytes,
      oldestSeconds: () => this.#oldestMs() / 1000,
      marks: () => this.marks.count,
    });
  }

  /** Hints that are kept now, for whomever. */
  get count(): number {
    return this.#hints.tallies.count;
  }

  /** Begins to look after the hints of earlier starts, and those to come. */
  start(): void {
    this.#started = true;
    this.#tick();
  }

  /** Begins no batch any more; what is kept stays. Harmless when called again. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.marks.stop();
    for (const replay of this.#replays.values()) replay.stop();
  }

  /** Resolves when nothing is under way any more, after `stop`. */
  async idle(): Promise<void> {
    while (this.#working.size > 0) await Promise.all(this.#working);
  }

  keep({ targets, ...missed }: MissedWrite, done?: (kept: boolean) => void): void {
    assert(targets.length > 0, 'somebody has missed it');
    let left = targets.length;
    let kept = true;
    for (const target of targets)
      this.#hints.keep(target, missed, (outcome) => {
        if (outcome === 'kept') this.#metrics.kept.inc();
        else if (outcome !== 'failed') this.#metrics.refused.inc();
        this.#events.kept(target, outcome);
        kept &&= outcome === 'kept';
        left -= 1;
        if (left === 0) done?.(kept);
      });
    this.#schedule();
  }

  /** Holds replays back until they are resumed, or the node is restarted; of one target, or of all that there are. */
  pause(target: NodeId | undefined): void {
    for (const one of this.#named(target)) this.#paused.add(one);
  }

  resume(target: NodeId | undefined): void {
    if (target === undefined) this.#paused.clear();
    else this.#paused.delete(target);
    this.replay(target);
  }

  /** Tries at once, without waiting for the next turn. */
  replay(target: NodeId | undefined): void {
    for (const one of this.#named(target)) this.#replays.get(one)?.hurry();
    this.#tick();
  }

  /** Gives up the hints for a target: their slots are marked for repair. Gives how many these were. @throws KvError KV_OVERLOADED while a replay ends */
  async purge(target: NodeId): Promise<number> {
    const replay = this.#replayOf(target);
    if (replay.busy)
      throw new KvError(
        'KV_OVERLOADED',
        'the hints are being replayed; pause them first, or retry',
      );
    let gone = 0;
    await this.#track(async () => {
      gone = await replay.purge();
    });
    if (gone > 0) this.#events.purged(target, gone);
    return gone;
  }

  /** What is kept for each target, for people. */
  report(): readonly HintReport[] {
    return [...this.#hints.tallies.all()].map(([target, { count, bytes, oldestMs }]) => {
      const replay = this.#replays.get(target);
      const nowMs = this.#parts.nowMs();
      return {
        target,
        count,
        bytes,
        oldestAgeMs: Math.max(0, nowMs - oldestMs),
        windowLeftMs: windowLeftMs(oldestMs, nowMs, this.#settings().hintWindowMs),
        bytesPerSecond: replay?.replaying === true ? replay.bytesPerSecond() : 0,
        state: this.#stateOf(target, replay),
      };
    });
  }

  #stateOf(target: NodeId, replay: TargetReplay | undefined): HintReport['state'] {
    if (replay?.replaying === true) return 'replaying';
    return this.#paused.has(target) ? 'paused' : 'waiting';
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#stopped || !this.#started) return;
    this.#timer = this.#parts.clock.after(LIMITS.hintTickMs, () => {
      this.#timer = undefined;
      this.#tick();
    });
  }

  #tick(): void {
    if (this.#stopped || !this.#started) return;
    if (!this.#hints.recovered) this.#recover();
    else
      for (const [target, tally] of this.#hints.tallies.all()) this.#look(target, tally.oldestMs);
    this.#events.tick();
    if (!this.#hints.recovered || this.count > 0) this.#schedule();
  }

  #look(target: NodeId, oldestMs: number): void {
    const replay = this.#replayOf(target);
    if (!replay.isDue()) return;
    const isOver = windowLeftMs(oldestMs, this.#parts.nowMs(), this.#settings().hintWindowMs) === 0;
    const busy = [...this.#replays.values()].filter((one) => one.busy).length;
    if (busy >= LIMITS.hintReplays) return;
    if (this.#mayReplay(target)) this.#work(() => replay.replay());
    else if (isOver) this.#work(() => replay.expire());
  }

  /** A target that is up, or that has no place any more: then its successors are sent its hints. Who leaves gives them to the others. */
  #mayReplay(target: NodeId): boolean {
    if (this.#paused.has(target) || this.#parts.metadata.current() === undefined) return false;
    if (!this.#delivery.isMember(target)) return true;
    const state = this.#parts.liveness.stateOf(target);
    return state === 'up' || (state === 'down' && this.#parts.isLeaving?.() === true);
  }

  #recover(): void {
    if (this.#recovering) return;
    this.#recovering = true;
    this.#work(async () => {
      try {
        await this.marks.recover();
        await this.#hints.recover();
      } finally {
        this.#recovering = false;
      }
    });
  }

  #replayOf(target: NodeId): TargetReplay {
    const known = this.#replays.get(target);
    if (known !== undefined) return known;
    const { clock, buggify, nowMs } = this.#parts;
    const replay = new TargetReplay({
      target,
      clock,
      buggify,
      nowMs,
      hints: this.#hints,
      delivery: this.#delivery,
      metrics: this.#metrics,
      windowMs: () => this.#settings().hintWindowMs,
      mayReplay: () => this.#mayReplay(target),
      onBegun: () => {
        this.#events.begun(target, this.#hints.tallies.of(target)?.count ?? 0);
      },
      onEnded: (delivered, left) => {
        this.#events.ended(target, { delivered, left });
      },
    });
    this.#replays.set(target, replay);
    return replay;
  }

  /** Runs something beside the rest; a failure of the disk ends it, and the next turn tries again. */
  #work(work: () => Promise<void>): void {
    void this.#track(work).catch((error: unknown) => {
      if (!(error instanceof KvError)) throw error;
      this.#parts.log.warn('the hints could not be read or written', { error });
    });
  }

  async #track(work: () => Promise<void>): Promise<void> {
    const tracked = work().finally(() => this.#working.delete(tracked));
    this.#working.add(tracked);
    await tracked;
  }

  #named(target: NodeId | undefined): readonly NodeId[] {
    return target === undefined ? [...this.#hints.tallies.all().keys()] : [target];
  }

  #oldestMs(): number {
    const nowMs = this.#parts.nowMs();
    const ages = [...this.#hints.tallies.all().values()].map(({ oldestMs }) => nowMs - oldestMs);
    return Math.max(0, ...ages);
  }

  #settings(): ClusterSettings {
    return this.#parts.metadata.current()?.metadata.settings ?? DEFAULT_SETTINGS;
  }
}
