/** Virtual time zero as wall time: 2026-01-01T00:00:00Z. */
const WALL_START_MS = 1_767_225_600_000;

/** The clocks of one machine, which outlive its processes: they may run fast or slow, and the wall clock may be stepped. */
export class MachineClock {
  readonly #nowMs: () => number;
  #offsetMs = 0;
  #rate = 1;
  /** What the monotonic clock showed at `sinceMs`, when the rate was last set. */
  #shownMs = 0;
  #sinceMs = 0;

  /** `nowMs` is true time. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  wallMs(): number {
    return Math.floor(WALL_START_MS + this.monotonicMs() + this.#offsetMs);
  }

  monotonicMs(): number {
    return this.#shownMs + (this.#nowMs() - this.#sinceMs) * this.#rate;
  }

  /** How long something takes in true time that takes `durationMs` by this clock. */
  trueDurationMs(durationMs: number): number {
    return durationMs / this.#rate;
  }

  /** Steps the wall clock; the monotonic one goes on. */
  jump(byMs: number): void {
    this.#offsetMs += byMs;
  }

  /** The wall clock shows true time again, and both clocks go at the right rate. */
  setRight(): void {
    this.drift(0);
    this.#offsetMs = this.#nowMs() - this.#shownMs;
  }

  /** From now on both clocks go faster, or slower when negative, by so many parts per million. */
  drift(partsPerMillion: number): void {
    this.#shownMs = this.monotonicMs();
    this.#sinceMs = this.#nowMs();
    this.#rate = 1 + partsPerMillion / 1_000_000;
  }
}
