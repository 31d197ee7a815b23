import { formatDuration } from '../../../stdx/duration.js';
import type { RecoveryReport } from '../views/repair-views.js';

/** What a node has lost and how much of it is back, to go behind its name. */
export function recoveryText({ forMs, ranges, back }: RecoveryReport): string {
  return `lost a part of its store, which was accepted ${formatDuration(forMs)} ago, and has ${back} of ${ranges} ranges back`;
}
