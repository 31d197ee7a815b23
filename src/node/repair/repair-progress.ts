import type { RepairGroup } from '../core/repair/repair-groups.js';

/** What is known of one group of ranges; times are monotonic, and those of this process. */
export interface RepairProgress {
  readonly key: string;
  readonly group: RepairGroup;
  /** When all owners were last found or made equal, by this process; its start at first. */
  repairedMs: number;
  /** When it was last gone over, by whoever of its owners were there. */
  doneMs: number;
  /** When the last repair between all owners began that this process has driven to its end; -1 before the first. */
  wholeMs: number;
  /** When somebody last asked for it; -1 before. */
  wantedMs: number;
  /** Not tried again before, after a failure. */
  againMs: number;
  /** Failures since it last succeeded. */
  failures: number;
  /** The starts of its owners when they were last gone over together; empty when they never were. */
  boots: string;
}

/** A group of which nothing is known yet: it is urgent. */
export function freshProgress(key: string, group: RepairGroup, nowMs: number): RepairProgress {
  const fresh = { repairedMs: nowMs, againMs: nowMs, wholeMs: -1, wantedMs: -1, failures: 0 };
  return { key, group, ...fresh, doneMs: Number.NEGATIVE_INFINITY, boots: '' };
}
