import { setTimeout as sleep } from 'node:timers/promises';
import { KvError } from '../node/core/errors.js';
import type { Health, StatusView } from '../node/core/views/status-views.js';

const RANK: Readonly<Record<Health, number>> = { UNKNOWN: 0, CRITICAL: 1, DEGRADED: 2, HEALTHY: 3 };

export type HealthName = 'healthy' | 'degraded' | 'critical';

/** Whether a cluster is that well, or better. */
export function isAtLeast(health: Health, name: HealthName): boolean {
  return RANK[health] >= rankOf(name);
}

/** Whether a cluster is that bad, or worse. */
export function isAtMost(health: Health, name: HealthName): boolean {
  return RANK[health] <= rankOf(name);
}

function rankOf(name: HealthName): number {
  return { healthy: RANK.HEALTHY, degraded: RANK.DEGRADED, critical: RANK.CRITICAL }[name];
}

export interface StatusWatch {
  readonly ask: () => Promise<StatusView>;
  readonly intervalMs: number;
  /** Ends the watch when the cluster is that well; undefined watches on. */
  readonly until: HealthName | undefined;
  /** How long to wait for `until`. */
  readonly timeoutMs: number;
  readonly seen: (view: StatusView) => Promise<void>;
  readonly lost: (error: KvError) => Promise<void>;
}

/** Why a watch came to its end: the state that was waited for, or the time. */
export type WatchEnd =
  | { readonly kind: 'reached'; readonly view: StatusView }
  | { readonly kind: 'timeout'; readonly last: StatusView | KvError | undefined };

/**
 * Asks at an interval until the cluster is as well as it should be, or the time is up.
 * @throws KvError when even the first question fails and nothing is waited for, and whatever cannot get better
 */
export async function watchStatus(watch: StatusWatch, signal: AbortSignal): Promise<WatchEnd> {
  const { until, intervalMs } = watch;
  const deadlineMs = until === undefined ? Infinity : performance.now() + watch.timeoutMs;
  let last: StatusView | KvError | undefined;
  for (;;) {
    const startedMs = performance.now();
    const first = last === undefined;
    last = await askOnce(watch);
    if (last instanceof KvError) {
      if (!last.row.retryable || (first && until === undefined)) throw last;
      await watch.lost(last);
    } else {
      await watch.seen(last);
      if (until !== undefined && isAtLeast(last.health, until))
        return { kind: 'reached', view: last };
    }
    const nextMs = startedMs + intervalMs;
    if (nextMs >= deadlineMs) return { kind: 'timeout', last };
    await sleep(Math.max(0, nextMs - performance.now()), undefined, { signal });
  }
}

async function askOnce({ ask }: StatusWatch): Promise<StatusView | KvError> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof KvError) return error;
    throw error;
  }
}
