import { Histogram } from '../../src/stdx/histogram.js';

/** No acknowledgement for so long, while some were due, is a stall of the writes. */
const STALL_MS = 100;

/** Latencies and stalls of a stretch of time. */
export class Figures {
  readonly latencies = new Histogram();
  stalls = 0;
  stalledMs = 0;
  longestStallMs = 0;

  stalled(ms: number): void {
    this.stalls += 1;
    this.stalledMs += ms;
    this.longestStallMs = Math.max(this.longestStallMs, ms);
  }

  merge(other: Figures): void {
    this.latencies.merge(other.latencies);
    this.stalls += other.stalls;
    this.stalledMs += other.stalledMs;
    this.longestStallMs = Math.max(this.longestStallMs, other.longestStallMs);
  }
}

/** Tells how long nothing was acknowledged while something was due. */
export class StallMeter {
  readonly #onStall: (ms: number) => void;
  #outstanding = 0;
  #waitingSinceMs = 0;
  #lastMs = -Infinity;

  constructor(onStall: (ms: number) => void) {
    this.#onStall = onStall;
  }

  /** An operation was due then; it may be told late. */
  due(atMs: number): void {
    if (this.#outstanding === 0) this.#waitingSinceMs = Math.max(atMs, this.#lastMs);
    this.#outstanding += 1;
  }

  acknowledged(atMs: number): void {
    const waitedMs = atMs - this.#waitingSinceMs;
    this.#outstanding -= 1;
    this.#waitingSinceMs = atMs;
    this.#lastMs = atMs;
    if (waitedMs > STALL_MS) this.#onStall(waitedMs);
  }
}
