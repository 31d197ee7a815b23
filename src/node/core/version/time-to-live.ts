import { formatDuration } from '../../../stdx/duration.js';
import { KvError } from '../errors.js';

/** 48 bits of milliseconds, as a record keeps an expiry. */
const MS_END = 0x1_0000_0000_0000;

/** Why a value cannot live that long from a time on, KV_USAGE; undefined when it can. */
export function ttlRefusal(ttlMs: number, fromMs: number): KvError | undefined {
  if (!Number.isInteger(ttlMs) || ttlMs <= 0)
    return new KvError('KV_USAGE', `a time to live of ${ttlMs} ms is not possible`);
  if (ttlMs < MS_END - fromMs) return undefined;
  const message = `a time to live of ${formatDuration(ttlMs)} is not possible: it ends after the year 10888`;
  return new KvError('KV_USAGE', message);
}
