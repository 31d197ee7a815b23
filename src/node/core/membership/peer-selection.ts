import type { NodeId } from '../metadata/cluster-metadata.js';

/** Once in this many rounds, on average, a node also greets a seed, so that two halves that forgot each other meet. */
const SEED_EVERY = 10;

export interface Candidates {
  /** Up or suspect. */
  readonly live: readonly NodeId[];
  readonly down: readonly NodeId[];
  /** Well-known nodes, in whatever state. */
  readonly seeds: readonly NodeId[];
}

/** A uniform whole number in [0, bound). */
export type Draw = (bound: number) => number;

/**
 * The peers of one round: up to `fanout` random live ones, now and then a down one (the oftener the more are down), now
 * and then a seed. Each peer at most once.
 */
export function selectPeers(
  { live, down, seeds }: Candidates,
  fanout: number,
  draw: Draw,
): readonly NodeId[] {
  const chosen = new Set(sample(live, fanout, draw));
  if (down.length > 0 && draw(live.length + 1) < down.length) chosen.add(down[draw(down.length)]!);
  if (seeds.length > 0 && (chosen.size === 0 || draw(SEED_EVERY) === 0))
    chosen.add(seeds[draw(seeds.length)]!);
  return [...chosen];
}

/** `count` distinct items, every set of them equally likely (Floyd's algorithm); all of them when there are no more. */
export function sample<T>(items: readonly T[], count: number, draw: Draw): readonly T[] {
  if (items.length <= count) return items;
  const chosen = new Set<number>();
  for (let last = items.length - count; last < items.length; last++) {
    const index = draw(last + 1);
    chosen.add(chosen.has(index) ? last : index);
  }
  return [...chosen].map((index) => items[index]!);
}
