import { ERRORS } from '../node/core/errors.js';
import type { StorageJobView } from '../node/core/views/storage-views.js';
import { hex32 } from '../stdx/bytes.js';
import { formatDuration } from '../stdx/duration.js';
import { EXIT } from './exit-codes.js';

/** The exit code of work that failed on a node; undefined when it did on none. */
export function failedExit(jobs: readonly StorageJobView[]): number | undefined {
  return jobs.some(({ state }) => state === 'failed') ? ERRORS.KV_STORE_FAILED.exit : undefined;
}

/** The same for a verification, which also fails when something is not as it should be. */
export function verdictExit(jobs: readonly StorageJobView[]): number | undefined {
  const isUnsound = jobs.some(
    ({ verdict }) => (verdict?.differing ?? 0) + (verdict?.unreadable ?? 0) > 0,
  );
  return failedExit(jobs) ?? (isUnsound ? EXIT.unsound : undefined);
}

/** What a verification has found, and what to do next; a line, and more when it is not well. */
export function verdictLines(job: StorageJobView): readonly string[] {
  const { node, state, reason, verdict, tookMs } = job;
  if (state !== 'done' || verdict === undefined)
    return [`${node} ${state}${reason === '' ? '' : `: ${reason}`}`];
  const { pages, differing, slots, unreadable, unknown } = verdict;
  const compared = `${pages} pages compared in ${formatDuration(tookMs)}`;
  const lines: string[] = [];
  if (differing > 0) {
    const named = slots.slice(0, 5).map((slot) => `0x${hex32(slot * 4096)}`);
    const more = differing > named.length ? ' ..' : '';
    lines.push(
      `${node} DIFFERS: the hashes of ${differing} slots are not those of their records (${named.join(' ')}${more}); ${compared}`,
      '  they are computed again now.  try: kv storage verify again; if it differs again, replace the node',
    );
  }
  if (unreadable > 0)
    lines.push(
      `${node} cannot read records of ${unreadable} slots; ${compared}`,
      '  the scrub heals what it meets.  try: kv storage show | kv storage verify later',
    );
  if (unknown > 0)
    lines.push(`${node} has not computed ${unknown} pages yet: verify again when it has`);
  return lines.length > 0 ? lines : [`${node} whole: ${compared}`];
}
