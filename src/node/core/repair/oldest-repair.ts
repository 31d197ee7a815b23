import type { NodeView } from '../views/node-views.js';

/** The range of a cluster whose owners were last equal longest ago. */
export interface OldestRepair {
  /** Name of an owner that says so. */
  readonly node: string;
  readonly ageMs: number;
  readonly cycleMs: number;
}

/** Cycles after which a range is late: in the first one it has its turn, and half a one is for nodes that are away. */
const LATE_CYCLES = 1.5;

/** What is oldest, of the nodes that answered; undefined while nothing is to be repaired. */
export function oldestRepair(nodes: readonly NodeView[]): OldestRepair | undefined {
  let oldest: OldestRepair | undefined;
  for (const { name, report } of nodes) {
    const ageMs = report?.repairOldestAgeMs;
    if (report === undefined || ageMs === undefined) continue;
    if (oldest === undefined || ageMs > oldest.ageMs)
      oldest = { node: name, ageMs, cycleMs: report.repairCycleMs };
  }
  return oldest;
}

/** Whether a range should have been repaired by now. */
export function isLate({ ageMs, cycleMs }: Pick<OldestRepair, 'ageMs' | 'cycleMs'>): boolean {
  return cycleMs > 0 && ageMs > cycleMs * LATE_CYCLES;
}
