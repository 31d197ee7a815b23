import { KvError } from '../../node/core/errors.js';

/** The number that a flag says, if it is in range. @throws KvError KV_USAGE naming what was given */
export function within(
  flag: string,
  given: number | string,
  [least, most]: readonly [number, number],
): number {
  const value = typeof given === 'string' && given.trim() === '' ? Number.NaN : Number(given);
  if (value >= least && value <= most) return value;
  const shown = typeof given === 'string' ? JSON.stringify(given) : given;
  throw new KvError('KV_USAGE', `${flag} takes a number from ${least} to ${most}, not ${shown}`);
}

/** The same for what there is no half of. @throws KvError KV_USAGE naming what was given */
export function wholeWithin(
  flag: string,
  given: number | string,
  bounds: readonly [number, number],
): number {
  const value = within(flag, given, bounds);
  if (Number.isInteger(value)) return value;
  throw new KvError('KV_USAGE', `${flag} takes a whole number, not ${value}`);
}
