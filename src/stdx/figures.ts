import { formatDuration } from './duration.js';

/** What stands for a figure that is not known. */
export const UNKNOWN = '-';

/** Per second, in five characters: `0`, `4.2`, `312`, `12.4k`, `1.5M`. */
export function formatRate(perSecond: number): string {
  if (perSecond < 0.05) return '0';
  if (perSecond < 9.95) return perSecond.toFixed(1);
  return formatCount(perSecond);
}

/** A count in five characters: `640`, `9999`, `12.4k`, `398k`, `1.5M`. */
export function formatCount(count: number): string {
  if (count < 9999.5) return count.toFixed(0);
  if (count < 99_950) return `${(count / 1000).toFixed(1)}k`;
  if (count < 999_500) return `${(count / 1000).toFixed(0)}k`;
  if (count < 99_950_000) return `${(count / 1e6).toFixed(1)}M`;
  return `${(count / 1e6).toFixed(0)}M`;
}

/** A share of 0..1 in six characters: `50.6%`, `100%`. */
export function formatShare(share: number): string {
  return share > 0.9995 ? '100%' : `${(share * 100).toFixed(1)}%`;
}

/** How long ago, in tenths of seconds while young: `0.4s`, `12s`, `3m12s`. */
export function formatAge(ms: number): string {
  return ms < 9950 ? `${(Math.max(0, ms) / 1000).toFixed(1)}s` : formatDuration(ms);
}

/** How long something has lasted, in whole seconds: `4s`, `3m12s`, `41d`. */
export function formatLasting(ms: number): string {
  return formatDuration(Math.max(1000, Math.floor(ms / 1000) * 1000)).replace('.0s', 's');
}
