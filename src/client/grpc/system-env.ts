import type { Clock } from '../../node/env/clock.js';
import type { Random } from '../../node/env/random.js';

/** Time, and chance for the jitter of reconnects, as a client outside a node has them. */
export interface SystemEnv {
  readonly clock: Clock;
  readonly random: Random;
}

/** The real clock, and random numbers from the operating system. */
export function systemEnv(): SystemEnv {
  return { clock: systemClock, random: systemRandom };
}

const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return {
      cancel: () => {
        clearTimeout(timer);
      },
    };
  },
};

const systemRandom: Random = {
  nextU32: () => crypto.getRandomValues(new Uint32Array(1))[0]!,
  // Spreads delays and choices; nothing secret depends on it.
  nextFloat: () => Math.random(),
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
};
