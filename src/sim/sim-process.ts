import type { Clock, Timer } from '../node/env/clock.js';
import type { Scheduler } from './scheduler.js';

/** Virtual time zero as wall time: 2026-01-01T00:00:00Z. */
const WALL_START_MS = 1_767_225_600_000;

/**
 * One run of a simulated process: its timers die with it, wait while it is paused, and its wall clock may be wrong.
 * A restart is a new SimProcess.
 */
export class SimProcess implements Clock {
  readonly name: string;
  readonly #scheduler: Scheduler;
  readonly #deferred: (() => void)[] = [];
  #alive = true;
  #paused = false;
  #wallOffsetMs = 0;

  constructor(name: string, scheduler: Scheduler) {
    this.name = name;
    this.#scheduler = scheduler;
  }

  alive(): boolean {
    return this.#alive;
  }

  wallMs(): number {
    return Math.floor(WALL_START_MS + this.#scheduler.nowMs() + this.#wallOffsetMs);
  }

  monotonicMs(): number {
    return this.#scheduler.nowMs();
  }

  after(delayMs: number, run: () => void): Timer {
    return this.#scheduler.after(delayMs, () => {
      this.run(run);
    });
  }

  /** Runs something in this process: at once, at the resume when it is paused, never when it is dead. */
  run(work: () => void): void {
    if (!this.#alive) return;
    if (this.#paused) this.#deferred.push(work);
    else work();
  }

  /** Steps the wall clock; the monotonic one goes on. */
  jumpClock(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  /** As SIGSTOP: nothing runs until `resume`. */
  pause(): void {
    this.#paused = true;
  }

  /** As SIGCONT: what was due meanwhile runs now, in order. */
  resume(): void {
    this.#paused = false;
    const due = this.#deferred.splice(0);
    for (const work of due) this.run(work);
  }

  /** As SIGKILL: nothing of it ever runs again. */
  kill(): void {
    this.#alive = false;
    this.#deferred.length = 0;
  }
}
