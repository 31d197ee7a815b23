import { formatDuration } from '../../../stdx/duration.js';
import type { RecoveryReport } from '../views/repair-views.js';

const NAMES_MOST = 3;

/** What a node has lost and how much of it is back, to go behind its name. */
export function recoveryText({ forMs, ranges, back }: RecoveryReport): string {
  return `lost a part of its store, which was accepted ${formatDuration(forMs)} ago, and has ${back} of ${ranges} ranges back`;
}

/** What no other node has a copy of: in how many ranges, and in which namespaces; empty when there is none. */
export function lostForGoodText({
  alone,
  aloneIn,
}: Pick<RecoveryReport, 'alone' | 'aloneIn'>): string {
  if (alone === 0) return '';
  const more = aloneIn.length - NAMES_MOST;
  const names = aloneIn.slice(0, NAMES_MOST).join(', ') + (more > 0 ? ` and ${more} more` : '');
  const have = alone === 1 ? 'range has' : 'ranges have';
  return `${alone} ${have} no other owner (namespace${aloneIn.length === 1 ? '' : 's'} ${names}): what is lost of them is lost for good`;
}
