/** ln 10: phi is minus the decimal logarithm of the chance that a node which is alive stays silent for this long. */
const LN_10 = 2.3026;
/** Heartbeats are expected no more often than this, however fast several paths bring them. */
const LEAST_MEAN_MS = 1_000;
/** The mean is that of at most the last 2 x WINDOW - 1 intervals, and of at least the last WINDOW once there were so many. */
const WINDOW = 32;

/** Mean of the latest intervals between heartbeats of one node; constant in size. */
export interface ArrivalWindow {
  readonly sumMs: number;
  readonly count: number;
}

export const EMPTY_WINDOW: ArrivalWindow = { sumMs: 0, count: 0 };

/** The window after one more interval; once full, older intervals lose half their weight. */
export function withInterval(window: ArrivalWindow, intervalMs: number): ArrivalWindow {
  const sumMs = window.sumMs + intervalMs;
  const count = window.count + 1;
  return count < 2 * WINDOW ? { sumMs, count } : { sumMs: sumMs / 2, count: WINDOW };
}

/** Mean interval in ms, at least one second; one second while nothing was measured. */
export function meanIntervalMs(window: ArrivalWindow): number {
  return window.count === 0 ? LEAST_MEAN_MS : Math.max(LEAST_MEAN_MS, window.sumMs / window.count);
}

/**
 * How unlikely a silence of `ageMs` is for a node that is alive: phi = age / (mean interval x ln 10), for intervals that
 * are exponentially distributed (Hayashibara and others, 2004; Cassandra uses the same simplification).
 */
export function phiOf(window: ArrivalWindow, ageMs: number): number {
  return ageMs / (meanIntervalMs(window) * LN_10);
}

/** No silence up to this long has a phi beyond the given one, whatever the rhythm of the node. */
export function leastSilenceMs(phi: number): number {
  return phi * LEAST_MEAN_MS * LN_10;
}
