import type { Clock, Timer } from '../node/env/clock.js';
import { MachineClock } from './machine-clock.js';
import type { Scheduler } from './scheduler.js';

/**
 * One run of a simulated process: its timers die with it, and wait while it is paused; time is that of its machine.
 * A restart is a new SimProcess.
 */
export class SimProcess implements Clock {
  readonly name: string;
  readonly clock: MachineClock;
  readonly #scheduler: Scheduler;
  #deferred: (() => void)[] = [];
  #alive = true;
  #paused = false;

  constructor(name: string, scheduler: Scheduler, clock?: MachineClock) {
    this.name = name;
    this.clock = clock ?? new MachineClock(() => scheduler.nowMs());
    this.#scheduler = scheduler;
  }

  alive(): boolean {
    return this.#alive;
  }

  paused(): boolean {
    return this.#paused;
  }

  wallMs(): number {
    return this.clock.wallMs();
  }

  monotonicMs(): number {
    return this.clock.monotonicMs();
  }

  after(delayMs: number, run: () => void): Timer {
    let cancelled = false;
    const timer = this.#scheduler.after(this.clock.trueDurationMs(delayMs), () => {
      this.run(() => {
        if (!cancelled) run();
      });
    });
    return {
      cancel: () => {
        // It may be due already, and wait for the resume.
        cancelled = true;
        timer.cancel();
      },
    };
  }

  /** Runs something in this process: at once, at the resume when it is paused, never when it is dead. */
  run(work: () => void): void {
    if (!this.#alive) return;
    if (this.#paused) this.#deferred.push(work);
    else work();
  }

  /** Steps the wall clock of its machine; the monotonic one goes on. */
  jumpClock(byMs: number): void {
    this.clock.jump(byMs);
  }

  /** As SIGSTOP: nothing runs until `resume`. */
  pause(): void {
    this.#paused = true;
  }

  /** As SIGCONT: what was due meanwhile runs now, in order, each in a turn of its own. */
  resume(): void {
    this.#paused = false;
    const due = this.#deferred;
    this.#deferred = [];
    for (const work of due) this.after(0, work);
  }

  /** As SIGKILL: nothing of it ever runs again. */
  kill(): void {
    this.#alive = false;
    this.#deferred.length = 0;
  }
}
