import { Deferred } from '../../src/stdx/deferred.js';
import { Figures, StallMeter } from './figures.js';

/** Operations that are under way at once: the writer's queue holds more of 10 KB. */
const IN_FLIGHT = 2_048;

/** Does one operation, and calls back when it is durable or was refused. */
export type Operation = (done: (error: Error | undefined) => void) => void;

/** A stretch of the load: what was due in it, whenever that was answered. */
export interface Stretch {
  readonly figures: Figures;
  readonly beganMs: number;
  due: number;
  answered: number;
  closed: Deferred<void> | undefined;
}

export interface LoopParts {
  readonly operation: Operation;
  /** Nothing is due from then on. */
  readonly endMs: number;
  /** Told of every operation, by when it was due, and of stalls, by when they ended. */
  readonly onLatency: (dueMs: number, latencyMs: number) => void;
  readonly onStall: (endedMs: number, ms: number) => void;
}

/**
 * Load that does not wait for its answers: operations are due at a steady rate and their latency counts from then, so a stall is seen by
 * all that were due in it. Where too many are under way the others wait here, and are begun late.
 */
export class OpenLoop {
  readonly #parts: LoopParts;
  readonly #stalls: StallMeter;
  #rate = 0;
  #nextMs = 0;
  #underWay = 0;
  #stretch: Stretch = stretchAt(0);
  #failure: Error | undefined;
  #stopped = false;

  constructor(parts: LoopParts) {
    this.#parts = parts;
    this.#stalls = new StallMeter((ms) => {
      this.#stretch.figures.stalled(ms);
      parts.onStall(performance.now(), ms);
    });
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  /** How long the next operation has been due. */
  lagMs(): number {
    return Math.max(0, performance.now() - this.#nextMs);
  }

  /** From now on operations are due so often; those that were due and not begun are given up. */
  setRate(perSecond: number): void {
    this.giveUp();
    this.#rate = perSecond;
  }

  /** What was due and not begun will not be: it counts as answered now, which is better than it would have been. */
  giveUp(): void {
    const nowMs = performance.now();
    if (this.#rate === 0) this.#nextMs = nowMs;
    for (; this.#nextMs < Math.min(nowMs, this.#parts.endMs); this.#nextMs += 1000 / this.#rate) {
      this.#stretch.figures.latencies.record(nowMs - this.#nextMs);
      this.#parts.onLatency(this.#nextMs, nowMs - this.#nextMs);
    }
  }

  /** Ends the current stretch, and begins another. */
  begin(): Stretch {
    const ended = this.#stretch;
    ended.closed ??= new Deferred();
    if (ended.answered === ended.due) ended.closed.resolve();
    this.#stretch = stretchAt(performance.now());
    return this.#stretch;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Begins operations as they are due, until it is stopped or one of them fails. */
  async run(): Promise<void> {
    while (!this.#stopped && this.#failure === undefined) {
      const lastMs = Math.min(performance.now(), this.#parts.endMs);
      while (this.#nextMs < lastMs && this.#underWay < IN_FLIGHT) this.#issue();
      const waitMs = this.#nextMs - performance.now();
      await new Promise((resolve) => setTimeout(resolve, Math.max(1, waitMs)));
    }
  }

  #issue(): void {
    const [dueMs, stretch] = [this.#nextMs, this.#stretch];
    this.#nextMs += 1000 / this.#rate;
    this.#stalls.due(dueMs);
    this.#underWay += 1;
    stretch.due += 1;
    this.#parts.operation((error) => {
      const nowMs = performance.now();
      this.#underWay -= 1;
      this.#failure ??= error;
      this.#stalls.acknowledged(nowMs);
      stretch.figures.latencies.record(nowMs - dueMs);
      this.#parts.onLatency(dueMs, nowMs - dueMs);
      stretch.answered += 1;
      if (stretch.answered === stretch.due) stretch.closed?.resolve();
    });
  }
}

function stretchAt(beganMs: number): Stretch {
  return { figures: new Figures(), beganMs, due: 0, answered: 0, closed: undefined };
}
