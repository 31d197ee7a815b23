import { windowLeftMs } from '../core/hints/hint-bounds.js';
import {
  batchBytes,
  faster,
  FIRST_PACE,
  pauseMs,
  slower,
  type ReplayPace,
} from '../core/hints/replay-pace.js';
import { LIMITS } from '../core/limits.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import type { Buggify } from '../env/buggify.js';
import type { Clock, Timer } from '../env/clock.js';
import { Rate } from '../../stdx/rate.js';
import type { HintDelivery } from './hint-delivery.js';
import type { HintMetrics } from './hint-metrics.js';
import type { HintStore, StoredHint } from './hint-store.js';

export interface TargetReplayParts {
  readonly target: NodeId;
  readonly hints: HintStore;
  readonly delivery: HintDelivery;
  readonly clock: Clock;
  readonly buggify: Buggify;
  readonly metrics: HintMetrics;
  /** The time that windows are judged by, and how long they are. */
  readonly nowMs: () => number;
  readonly windowMs: () => number;
  /** Whether hints may be sent to the target now. */
  readonly mayReplay: () => boolean;
  /** A replay has delivered its first batch, or has ended after so many hints; not told of one that got nowhere. */
  readonly onBegun: () => void;
  readonly onEnded: (delivered: number, left: number) => void;
}

/** How one batch ended. */
type BatchEnd = 'taken' | 'refused' | 'gone';

const RATE = { windowMs: 10_000, slots: 10 };

/**
 * The hints for one target, one thing done with them at a time: replayed from the oldest on, batch after batch, each
 * forgotten only when its owners hold it; or removed, when their window is over or somebody says so.
 */
export class TargetReplay {
  readonly #parts: TargetReplayParts;
  readonly #rate: Rate;
  #pace: ReplayPace = FIRST_PACE;
  #busy = false;
  #replaying = false;
  #stopped = false;
  #notBeforeMs = 0;
  #pausing: { readonly timer: Timer; readonly end: () => void } | undefined;

  constructor(parts: TargetReplayParts) {
    this.#parts = parts;
    this.#rate = new Rate(parts.clock.monotonicMs(), RATE);
  }

  get busy(): boolean {
    return this.#busy;
  }

  get replaying(): boolean {
    return this.#replaying;
  }

  /** Bytes per second that were delivered lately. */
  bytesPerSecond(): number {
    return this.#rate.perSecond(this.#parts.clock.monotonicMs());
  }

  /** Whether a replay may begin now: after one that got nowhere, not before some time. */
  isDue(): boolean {
    return !this.#busy && this.#parts.clock.monotonicMs() >= this.#notBeforeMs;
  }

  /** The next replay need not wait. */
  hurry(): void {
    this.#notBeforeMs = 0;
  }

  /** Ends what is under way, after its batch. */
  stop(): void {
    this.#stopped = true;
    this.#pausing?.timer.cancel();
    this.#pausing?.end();
  }

  /** Sends the hints from the oldest on until none is left, or the target takes no more. */
  async replay(): Promise<void> {
    await this.#alone(async () => {
      this.#replaying = true;
      let delivered = 0;
      try {
        delivered = await this.#pass();
      } finally {
        this.#replaying = false;
        const left = this.#parts.hints.tallies.of(this.#parts.target)?.count ?? 0;
        if (left > 0) this.#notBeforeMs = this.#parts.clock.monotonicMs() + LIMITS.hintAgainMs;
        if (delivered > 0) this.#parts.onEnded(delivered, left);
      }
    });
  }

  /** Removes the hints whose window is over; their slots are marked. */
  async expire(): Promise<void> {
    this.#parts.metrics.expired.inc(await this.#discard((one) => this.#isExpired(one)));
  }

  /** Removes all hints; their slots are marked. Gives how many. */
  async purge(): Promise<number> {
    return await this.#discard(() => true);
  }

  async #discard(isDoomed: (hint: StoredHint) => boolean): Promise<number> {
    let gone = 0;
    await this.#alone(async () => {
      for (;;) {
        const page = await this.#page(undefined, LIMITS.streamMessageBytes);
        const doomed = page.filter(isDoomed);
        if (doomed.length === 0 || !(await this.#parts.hints.remove(doomed, true))) return;
        gone += doomed.length;
        if (doomed.length < page.length) return;
      }
    });
    return gone;
  }

  async #alone(work: () => Promise<void>): Promise<void> {
    if (this.#busy || this.#stopped) return;
    this.#busy = true;
    try {
      await work();
    } finally {
      this.#busy = false;
    }
  }

  async #pass(): Promise<number> {
    const { clock } = this.#parts;
    let delivered = 0;
    let refusals = 0;
    let last: StoredHint | undefined;
    while (this.#goesOn() && refusals < LIMITS.hintRefusals) {
      const page = await this.#page(last, batchBytes(this.#pace));
      last = page.at(-1);
      if (last === undefined) break;
      const beganMs = clock.monotonicMs();
      const sent = await this.#send(page);
      if (delivered === 0 && sent.delivered > 0) this.#parts.onBegun();
      delivered += sent.delivered;
      if (sent.end === 'gone') break;
      refusals = sent.end === 'refused' ? refusals + 1 : 0;
      this.#pace = sent.end === 'refused' ? slower(this.#pace) : faster(this.#pace);
      const sizeBytes = page.reduce((sum, one) => sum + one.sizeBytes, 0);
      const tookMs = clock.monotonicMs() - beganMs;
      await this.#pause(pauseMs(this.#pace, { sizeBytes, tookMs }));
    }
    return delivered;
  }

  async #page(after: StoredHint | undefined, sizeBytes: number): Promise<readonly StoredHint[]> {
    const { hints, target, buggify } = this.#parts;
    const most = buggify('hints.small-batch') ? 1 : sizeBytes;
    return await hints.page(target, { after, sizeBytes: most });
  }

  async #send(
    page: readonly StoredHint[],
  ): Promise<{ readonly delivered: number; readonly end: BatchEnd }> {
    const { hints, delivery, metrics, clock, buggify } = this.#parts;
    // What cannot be sent any more needs a repair.
    const lost = page.filter((one) => one.hint === undefined || this.#isExpired(one));
    if (lost.length > 0 && (await hints.remove(lost, true))) metrics.expired.inc(lost.length);
    const sent = page.filter((one) => !lost.includes(one));
    const ends = await Promise.all(sent.map((one) => delivery.deliver(one)));
    const done = sent.filter((_, i) => ends[i] === 'delivered' || ends[i] === 'moot');
    // As a crash between the two would: they are delivered again.
    const forgets = !buggify('hints.late-forget') && (await hints.remove(done, false));
    if (forgets) {
      metrics.delivered.inc(done.length);
      const bytes = done.reduce((sum, one) => sum + one.sizeBytes, 0);
      this.#rate.add(clock.monotonicMs(), bytes);
    }
    const delivered = forgets ? done.length : 0;
    if (ends.includes('gone')) return { delivered, end: 'gone' };
    // A hint that its owner cannot take now is passed over: it takes those behind it.
    return { delivered, end: ends.includes('refused') ? 'refused' : 'taken' };
  }

  #isExpired({ id }: StoredHint): boolean {
    return windowLeftMs(id.storedMs, this.#parts.nowMs(), this.#parts.windowMs()) === 0;
  }

  #goesOn(): boolean {
    return !this.#stopped && this.#parts.mayReplay();
  }

  async #pause(forMs: number): Promise<void> {
    if (forMs <= 0 || this.#stopped) return;
    await new Promise<void>((resolve) => {
      this.#pausing = { timer: this.#parts.clock.after(forMs, resolve), end: resolve };
    });
    this.#pausing = undefined;
  }
}
