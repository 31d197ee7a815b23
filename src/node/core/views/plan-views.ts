/** How far one node is with what a plan asks of it. */
export interface PlanReport {
  /** The plan, and the epoch that began the step this is about. */
  readonly plan: number;
  readonly stepEpoch: number;
  /** All that the step asks of this node is done. */
  readonly isDone: boolean;
  /** Ranges of the ring that this node has to see to in this step, and those of them that are done. */
  readonly ranges: number;
  readonly rangesDone: number;
  /** Bytes of records that were moved for it since this process started. */
  readonly movedBytes: number;
  /** Why it does not go on, or empty. */
  readonly waitsFor: string;
  /** What is being moved for it now. */
  readonly streams: readonly PlanStream[];
}

/** Ranges that are being moved together. */
export interface PlanStream {
  readonly namespace: string;
  /** Names of those that have them, and of those that get them; nobody gets any where owners are only made equal. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly ranges: number;
  /** Bytes of records that were moved of them, in both directions. */
  readonly movedBytes: number;
  readonly forMs: number;
}
