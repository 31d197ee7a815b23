import { loweredRate, raisedRate } from '../pace/rate-steps.js';

/** How fast hints are sent to one target. */
export interface ReplayPace {
  readonly bytesPerSecond: number;
}

/** Bounds and steps of a pace, in bytes per second and bytes. */
export const PACE = {
  first: 256 * 1024,
  least: 16 * 1024,
  most: 32 * 1024 * 1024,
  /** Added by each batch that all replicas took. */
  step: 128 * 1024,
  /** A batch is what may be sent in this share of a second, within its own bounds. */
  batchShare: 1 / 8,
  batchLeast: 4 * 1024,
  batchMost: 256 * 1024,
} as const;

/** Replays of several holders to one target, none of which knows of the others, come to share what the target can take. */
export const FIRST_PACE: ReplayPace = { bytesPerSecond: PACE.first };

/** The pace after a batch that was taken whole. */
export function faster({ bytesPerSecond }: ReplayPace): ReplayPace {
  return { bytesPerSecond: raisedRate(bytesPerSecond, PACE) };
}

/** The pace after an overload, or a silence. */
export function slower({ bytesPerSecond }: ReplayPace): ReplayPace {
  return { bytesPerSecond: loweredRate(bytesPerSecond, PACE) };
}

/** Bytes of the next batch: the bound of what is under way at once. */
export function batchBytes({ bytesPerSecond }: ReplayPace): number {
  const share = Math.floor(bytesPerSecond * PACE.batchShare);
  return Math.min(PACE.batchMost, Math.max(PACE.batchLeast, share));
}

/** How long to wait after a batch that took so long, for the pace to hold. */
export function pauseMs(
  { bytesPerSecond }: ReplayPace,
  batch: { readonly sizeBytes: number; readonly tookMs: number },
): number {
  return Math.max(0, (batch.sizeBytes * 1000) / bytesPerSecond - batch.tookMs);
}
