import type { Clock } from '../env/clock.js';

/** How much of a store background work may take. */
export interface PaceBounds {
  /** Work is followed by at least so many times its length of rest. */
  readonly restsPerWork: number;
  readonly bytesPerSecond: number;
}

/** Sees to it that background work leaves the most of the time, and of the bytes per second, to others. */
export class Pace {
  readonly #clock: Clock;
  readonly #bounds: PaceBounds;

  constructor(clock: Clock, bounds: PaceBounds) {
    this.#clock = clock;
    this.#bounds = bounds;
  }

  /** Does a piece of work that says how many bytes it moved, and rests accordingly; a disk that is busy makes it rest longer. */
  async work<T extends { readonly sizeBytes: number }>(
    signal: AbortSignal,
    piece: () => Promise<T>,
  ): Promise<T> {
    const startMs = this.#clock.monotonicMs();
    const result = await piece();
    const workMs = this.#clock.monotonicMs() - startMs;
    const { restsPerWork, bytesPerSecond } = this.#bounds;
    const shareMs = (result.sizeBytes / bytesPerSecond) * 1000 - workMs;
    await pause(this.#clock, Math.max(workMs * restsPerWork, shareMs, LEAST_MS), signal);
    return result;
  }
}

/** So that work that costs nothing does not keep everybody else from the event loop. */
const LEAST_MS = 1;

/** Resolves after the delay, or at once when the signal comes. */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = clock.after(delayMs, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    const stop = (): void => {
      timer.cancel();
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}
