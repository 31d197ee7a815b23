import type { PlanReport } from '../../node/core/views/plan-views.js';
import * as words from '../../node/core/views/plan-words.js';
import type { PlannedChangeView, PlanView } from '../../node/core/views/topology-views.js';
import { cleanText } from '../show-key.js';

/** All that changes, in one line: `n4 joins, n2 leaves`. */
export function changesText(changes: readonly PlannedChangeView[]): string {
  return cleanText(words.changesText(changes));
}

/** What waits to change the ring: `n4 waits to join`. */
export function waitingText(changes: readonly PlannedChangeView[]): string {
  return cleanText(words.waitingText(changes));
}

/** Where a plan is, in parts of one sentence: `plan p-12`, `write-both`, `62% of ranges`, `waits for n4`. */
export function planParts(
  plan: PlanView,
  reports: readonly (PlanReport | undefined)[],
): readonly string[] {
  return words.planParts(plan, reports).map(cleanText);
}
