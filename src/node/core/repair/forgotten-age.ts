import { LIMITS } from '../limits.js';
import type { ClusterSettings } from '../settings.js';

/**
 * How old a stamp must be, in ms, for its delete to be forgotten when all owners have it: no hint and no write that was late on its
 * way brings anything of that age. A client's write of that age is stamped again, see `Replica`.
 */
export function forgottenAgeMs({
  graceMs,
  hintWindowMs,
  clockSkewMaxMs,
}: Pick<ClusterSettings, 'graceMs' | 'hintWindowMs' | 'clockSkewMaxMs'>): number {
  return Math.max(graceMs, hintWindowMs, LIMITS.clientTotalMs + clockSkewMaxMs);
}
