/** Between what a rate stays, and what it rises by, in one unit per second. */
export interface RateBounds {
  readonly least: number;
  readonly most: number;
  readonly step: number;
}

/**
 * The rate after something that went well: additive increase, multiplicative decrease (Chiu and Jain, 1989), by which several who do
 * not know of each other come to share what somebody can take.
 */
export function raisedRate(rate: number, { most, step }: RateBounds): number {
  return Math.min(most, rate + step);
}

/** The rate after something that was too much. */
export function loweredRate(rate: number, { least }: RateBounds): number {
  return Math.max(least, Math.floor(rate / 2));
}
