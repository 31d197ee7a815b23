import type { HistoryOperation } from '../workload/history.js';
import type { SimReport } from './report.js';

/** How the operations of clients ended; one that never ended is in the total only. */
export function operationTally(history: readonly HistoryOperation[]): SimReport['operations'] {
  let acknowledged = 0;
  let failed = 0;
  let unknown = 0;
  for (const { end } of history) {
    if (end === undefined) continue;
    if (end.result.kind !== 'failed') acknowledged += 1;
    else if (end.result.outcome === 'unknown') unknown += 1;
    else failed += 1;
  }
  return { total: history.length, acknowledged, failed, unknown };
}
