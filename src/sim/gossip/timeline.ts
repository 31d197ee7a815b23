import { Heap } from '../../stdx/heap.js';

interface Event {
  readonly atMs: number;
  readonly sequence: number;
  readonly run: () => void;
}

/** Virtual time for code without promises: events run one by one in the order (time, sequence). */
export class Timeline {
  readonly #events = new Heap<Event>((a, b) => a.atMs - b.atMs || a.sequence - b.sequence);
  #nowMs: number;
  #sequence = 0;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** Runs `run` once, `delayMs` from now, after everything that is due earlier. */
  after(delayMs: number, run: () => void): void {
    this.#events.push({ atMs: this.#nowMs + delayMs, sequence: this.#sequence++, run });
  }

  /** Lets `durationMs` pass. */
  advance(durationMs: number): void {
    const endMs = this.#nowMs + durationMs;
    for (let next = this.#events.peek(); next !== undefined; next = this.#events.peek()) {
      if (next.atMs > endMs) break;
      this.#events.pop();
      this.#nowMs = next.atMs;
      next.run();
    }
    this.#nowMs = endMs;
  }
}
