import { LIMITS } from '../limits.js';

/** A stall this long makes the node doubt itself fully. */
const FULL_DOUBT_MS = 2_000;
/** Full doubt is gone after this long without a stall. */
const RECOVERY_MS = 10_000;

/**
 * How far this node trusts its own sense of time (after Lifeguard's local health, Dadgar and others, 2017).
 * `doubt` is 0 for a healthy node and at most 1, so that even then a dead node is found in time.
 */
export interface LocalHealth {
  readonly doubt: number;
  /** Monotonic time of the last observation. */
  readonly atMs: number;
}

export interface HealthObservation {
  readonly health: LocalHealth;
  /** How long the own event loop stood still; what was not heard in that time says nothing about others. Zero normally. */
  readonly stallMs: number;
}

export function healthyAt(atMs: number): LocalHealth {
  return { doubt: 0, atMs };
}

/** Judges a timer that was due at `dueMs` and is noticed at `nowMs`, or will only come due (no stall). */
export function observeTimer(
  health: LocalHealth,
  { dueMs, nowMs }: { readonly dueMs: number; readonly nowMs: number },
): HealthObservation {
  const lateMs = nowMs - dueMs;
  const stallMs = lateMs >= LIMITS.stallMs ? lateMs : 0;
  const calmMs = Math.max(0, nowMs - health.atMs - stallMs);
  const recovered = Math.max(0, health.doubt - calmMs / RECOVERY_MS);
  const doubt = Math.min(1, recovered + stallMs / FULL_DOUBT_MS);
  return { health: { doubt, atMs: nowMs }, stallMs };
}

/** Phi beyond which a node becomes suspect, given the health of the one who judges. */
export function suspectPhiOf(health: LocalHealth): number {
  return LIMITS.suspectPhi * (1 + health.doubt);
}
