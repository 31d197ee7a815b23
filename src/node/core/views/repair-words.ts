import { formatDuration } from '../../../stdx/duration.js';
import { formatSize } from '../../../stdx/size.js';
import type { RepairJobView } from './repair-views.js';

/**
 * What is said of a repair, on the command line and in the dashboard. The names in it are as others gave them: whoever shows it takes out what would
 * move a cursor.
 */

/** A repair that has not come on for so long says why. */
const STUCK_MS = 60_000;

/** `resumed` is one that runs, and was begun by an earlier run of its node. */
export function repairState({
  state,
  restarts,
}: Pick<RepairJobView, 'state' | 'restarts'>): RepairJobView['state'] | 'resumed' {
  return state === 'running' && restarts > 0 ? 'resumed' : state;
}

/** What it does now, and where. */
export function repairStep({ step, at }: Pick<RepairJobView, 'step' | 'at'>): string {
  return `${STEPS[step] ?? step}${at === '' ? '' : `: ${at}`}`;
}

const STEPS: Readonly<Record<string, string>> = {
  members: 'waits for the other nodes after a restart',
  begin: 'asks the owners',
  settle: 'drops tombstones that may go',
  hash: 'compares hashes',
  wait: 'waits, and looks again at what differs',
  retry: 'waits, and tries again',
  sync: 'moves what differs',
  complete: 'tells the owners',
};

/** Why it does not come on, or what went wrong; undefined while nothing is in its way. */
export function repairProblem({
  state,
  idleMs,
  problem,
  at,
  step,
}: RepairJobView): string | undefined {
  if (problem !== '') return problem;
  if (state !== 'running' || idleMs < STUCK_MS) return undefined;
  const what = step === 'sync' ? 'moves what differs' : `is at ${step || 'its beginning'}`;
  const where = at === '' ? '' : ` of ${at}`;
  return `no progress for ${formatDuration(idleMs)}: it ${what}${where}`;
}

/** Why it moves less than it might; undefined at the full rate. */
export function repairSlowness({ bytesPerSecond, slowedBy }: RepairJobView): string | undefined {
  if (slowedBy === '') return undefined;
  return `slowed down to ${formatSize(bytesPerSecond)}/s: ${slowedBy}`;
}

/** That it has gone on after restarts of its node, `at` saying when last: ` at 2026-11-23 12:00 UTC`, or empty; undefined when it never had to. */
export function repairRestarts(
  { node, restarts }: Pick<RepairJobView, 'node' | 'restarts'>,
  at: string,
): string | undefined {
  if (restarts === 0) return undefined;
  const often = restarts === 1 ? '' : ` (${restarts} restarts)`;
  return `resumed after a restart of ${node}${at}${often}`;
}
