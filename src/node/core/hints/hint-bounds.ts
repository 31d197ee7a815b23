import type { ClusterSettings } from '../settings.js';

/** How much a holder keeps. */
export type HintBounds = Pick<ClusterSettings, 'hintTargetBytes' | 'hintTotalBytes'>;

/** What a holder keeps now, in bytes. */
export interface HintLoad {
  readonly targetBytes: number;
  readonly totalBytes: number;
}

/** Why a hint is not kept, in words; undefined when there is room for it. */
export function refusalOf(
  load: HintLoad,
  sizeBytes: number,
  bounds: HintBounds,
): 'target' | 'total' | undefined {
  if (load.targetBytes + sizeBytes > bounds.hintTargetBytes) return 'target';
  return load.totalBytes + sizeBytes > bounds.hintTotalBytes ? 'total' : undefined;
}

/** How long a hint is still kept: zero when its window is over, and a whole window at most. */
export function windowLeftMs(storedMs: number, nowMs: number, windowMs: number): number {
  return Math.min(windowMs, Math.max(0, storedMs + windowMs - nowMs));
}
