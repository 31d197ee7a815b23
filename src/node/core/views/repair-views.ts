/** How far the repairs that run by themselves are, as one node says it of the ranges that it owns. */
export interface RepairReport {
  /** How long ago the owners of a range were last equal, of the range of which that is longest ago; undefined while nothing is to be repaired. */
  readonly repairOldestAgeMs: number | undefined;
  /** In what time each range is to be repaired once. */
  readonly repairCycleMs: number;
}
