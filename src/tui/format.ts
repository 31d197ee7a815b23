import { formatDuration } from '../stdx/duration.js';

/** What is not known. */
export const UNKNOWN = '-';

/** Per second, in five characters: `0`, `4.2`, `312`, `4.1k`, `12.4k`, `1.5M`. */
export function formatRate(perSecond: number | undefined): string {
  if (perSecond === undefined) return UNKNOWN;
  if (perSecond < 0.05) return '0';
  if (perSecond < 9.95) return perSecond.toFixed(1);
  if (perSecond < 999.5) return perSecond.toFixed(0);
  return perSecond < 99_950 ? `${(perSecond / 1000).toFixed(1)}k` : formatCount(perSecond);
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

/** A latency in five characters: `2.9ms`, `14ms`, `1.2s`. */
export function formatLatency(ms: number | undefined): string {
  return ms === undefined ? UNKNOWN : formatDuration(ms);
}

/** How long ago in five characters, in tenths of seconds while young: `0.4s`, `12s`, `3m12s`. */
export function formatAge(ms: number): string {
  return ms < 9950 ? `${(Math.max(0, ms) / 1000).toFixed(1)}s` : formatDuration(ms);
}

/** How long something has lasted, in whole seconds: `4s`, `3m12s`, `41d`. */
export function formatLasting(ms: number): string {
  return formatDuration(Math.max(1000, Math.floor(ms / 1000) * 1000)).replace('.0s', 's');
}

const two = (value: number): string => String(value).padStart(2, '0');

/** Local time of day: `13:02:11`. */
export function formatClock(wallMs: number): string {
  const at = new Date(wallMs);
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':');
}

/** Local date and time, fit for a file name: `20261122-130211`. */
export function formatStamp(wallMs: number): string {
  const at = new Date(wallMs);
  const date = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
  return `${date}-${formatClock(wallMs).replaceAll(':', '')}`;
}

/** Minutes and seconds as on a stopwatch: `00:12`. */
export function formatStopwatch(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}

/** The refresh interval: `0.25s`, `1s`. */
export function formatInterval(ms: number): string {
  return `${ms / 1000}s`;
}

/** A token as a text: `0x6b3f90c2`. */
export function formatToken(token: number): string {
  return `0x${(token >>> 0).toString(16).padStart(8, '0')}`;
}
