import type { Random } from '../../node/env/random.js';
import type { NetworkOptions } from '../network.js';

/** Each link has a latency of its own, with a tail: one message in a hundred takes up to 20 ms more. */
export function networkOf(random: Random): NetworkOptions {
  const bases = new Map<string, number>();
  const baseOf = (way: string): number => {
    let baseMs = bases.get(way);
    if (baseMs === undefined) {
      baseMs = 0.1 + random.nextFloat() * 1.4;
      bases.set(way, baseMs);
    }
    return baseMs;
  };
  return {
    latencyMs: (from, to) => {
      const lot = random.nextFloat();
      const jitter = 1 + lot * lot * 2;
      const tailMs = lot > 0.99 ? random.nextFloat() * 20 : 0;
      return baseOf(`${from}>${to}`) * jitter + tailMs;
    },
    loss: () => 0,
  };
}

/** A step of a disk takes less than a millisecond, but for one in two hundred. */
export function diskMs(random: Random): number {
  const lot = random.nextFloat();
  return lot > 0.995 ? random.nextFloat() * 30 : 0.05 + lot * 0.5;
}
