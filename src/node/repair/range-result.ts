/** What a repair of ranges has done. */
export interface RangeRepairResult {
  /** Slots that differed twice, a write deadline apart. */
  readonly differing: number;
  readonly sent: number;
  readonly sentBytes: number;
  readonly dropped: number;
}

export const NOTHING_DONE: RangeRepairResult = { differing: 0, sent: 0, sentBytes: 0, dropped: 0 };

/** What both have done. */
export function sumOf(a: RangeRepairResult, b: RangeRepairResult): RangeRepairResult {
  return {
    differing: a.differing + b.differing,
    sent: a.sent + b.sent,
    sentBytes: a.sentBytes + b.sentBytes,
    dropped: a.dropped + b.dropped,
  };
}
