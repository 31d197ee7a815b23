import { Histogram } from '../../stdx/histogram.js';
import { Rate } from '../../stdx/rate.js';
import type { OperationView } from '../core/views/node-views.js';
import type { Clock } from '../env/clock.js';

const WINDOW_MS = 60_000;
const SLOTS = 6;
const SLOT_MS = WINDOW_MS / SLOTS;

/** Rate and latency of one kind of operation over the last minute, in fixed memory. */
export class OperationStats {
  readonly #clock: Clock;
  readonly #rate: Rate;
  readonly #histograms: readonly Histogram[];
  #slot: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    const nowMs = clock.monotonicMs();
    this.#rate = new Rate(nowMs, { windowMs: WINDOW_MS, slots: SLOTS });
    this.#histograms = Array.from({ length: SLOTS }, () => new Histogram());
    this.#slot = Math.floor(nowMs / SLOT_MS);
  }

  /** An operation ended now, after `tookMs`. */
  record(nowMs: number, tookMs: number): void {
    this.#advance(nowMs);
    this.#rate.add(nowMs);
    this.#histograms[this.#slot % SLOTS]!.record(tookMs);
  }

  /** The last minute, as people are shown it. */
  view(): OperationView {
    const nowMs = this.#clock.monotonicMs();
    this.#advance(nowMs);
    const all = new Histogram();
    for (const histogram of this.#histograms) all.merge(histogram);
    const known = all.count > 0;
    return {
      perSecond: this.#rate.perSecond(nowMs),
      p50Ms: known ? all.percentile(50) : undefined,
      p99Ms: known ? all.percentile(99) : undefined,
    };
  }

  #advance(nowMs: number): void {
    const slot = Math.floor(nowMs / SLOT_MS);
    const steps = Math.min(slot - this.#slot, SLOTS);
    for (let i = 0; i < steps; i++) this.#histograms[(slot - i) % SLOTS]!.reset();
    this.#slot = Math.max(this.#slot, slot);
  }
}
