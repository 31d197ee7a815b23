import type { StorageJobView } from '../../node/core/views/storage-views.js';
import { hex32 } from '../../stdx/bytes.js';
import { formatDuration } from '../../stdx/duration.js';
import { formatShare, UNKNOWN } from '../../stdx/figures.js';
import { formatSize } from '../../stdx/size.js';
import type { Look } from '../look.js';
import { cleanText } from '../show-key.js';
import { renderTable, type Column } from '../table.js';
import { wrapText } from '../text-width.js';
import { document } from './lines.js';

const BAR = 24;

/** How far a job is, in one line: `n1 compact [#####.....]  1.2 GiB of 4.0 GiB  30%  eta 2m`. */
export function progressOf(job: StorageJobView): string {
  const { node, kind, totalBytes, doneBytes, parts, doneParts } = job;
  if (parts === 0) return `${node} ${kind} begins`;
  const share = shareOf(job);
  const full = Math.floor(share * BAR);
  const bar = '#'.repeat(full) + '.'.repeat(BAR - full);
  const of =
    totalBytes === 0
      ? `${doneParts} of ${parts} parts`
      : `${formatSize(doneBytes)} of ${formatSize(totalBytes)}`;
  return `${node} ${kind} [${bar}]  ${of}  ${Math.floor(share * 100)}%${etaOf(job, share)}`;
}

function etaOf({ tookMs }: StorageJobView, share: number): string {
  return share < 0.02 ? '' : `  eta ${formatDuration((tookMs * (1 - share)) / share)}`;
}

function shareOf({ totalBytes, doneBytes, parts, doneParts }: StorageJobView): number {
  if (totalBytes > 0) return Math.min(1, doneBytes / totalBytes);
  return parts === 0 ? 0 : doneParts / parts;
}

/** Jobs of one kind, a row for each node. */
export function renderJobs(jobs: readonly StorageJobView[], look: Look): string {
  const failures = jobs.flatMap(({ node, reason }) => (reason === '' ? [] : `${node}: ${reason}`));
  return document([
    ...renderTable(COLUMNS, jobs, look),
    ...failures.flatMap((line) => told(line, look)),
  ]);
}

function told(text: string, { width, paint }: Look): readonly string[] {
  const [first, ...rest] = wrapText(cleanText(text), width - 2);
  return ['', `${paint('bad', 'x')} ${first ?? ''}`, ...rest.map((line) => `  ${line}`)];
}

const COLUMNS: readonly Column<StorageJobView>[] = [
  { title: 'NODE', cell: ({ node }) => node },
  { title: 'STATE', cell: stateOf, role: roleOf },
  { title: 'RANGE', cell: rangeOf, drop: 3 },
  { title: 'DONE', align: 'right', cell: doneOf },
  {
    title: 'TOOK',
    align: 'right',
    cell: ({ state, tookMs }) => (state === 'none' ? UNKNOWN : formatDuration(tookMs)),
    drop: 1,
  },
  {
    title: 'TABLES BEFORE',
    align: 'right',
    cell: ({ beforeBytes }) => sizeOf(beforeBytes),
    drop: 2,
  },
  { title: 'AFTER', align: 'right', cell: ({ afterBytes }) => sizeOf(afterBytes), drop: 2 },
];

function stateOf({ state }: StorageJobView): string {
  return state === 'none' ? 'never' : state;
}

function roleOf({ state }: StorageJobView): 'bad' | 'info' | undefined {
  return state === 'failed' ? 'bad' : state === 'running' ? 'info' : undefined;
}

function rangeOf({ range }: StorageJobView): string {
  return range === undefined ? 'all' : `0x${hex32(range.start)}..0x${hex32(range.end)}`;
}

function doneOf(job: StorageJobView): string {
  return job.state === 'none' ? UNKNOWN : formatShare(job.state === 'done' ? 1 : shareOf(job));
}

function sizeOf(bytes: number): string {
  return bytes === 0 ? UNKNOWN : formatSize(bytes);
}
