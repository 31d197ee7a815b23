import type { ScrubView, ShardView, StorageView } from '../../node/core/views/storage-views.js';
import { rottenText, unreadableText } from '../../node/core/views/damage-text.js';
import { lostForGoodText, recoveryText } from '../../node/core/repair/recovery-text.js';
import { formatDuration } from '../../stdx/duration.js';
import { formatCount, formatShare, UNKNOWN } from '../../stdx/figures.js';
import { formatSize } from '../../stdx/size.js';
import type { Look } from '../look.js';
import { cleanText } from '../show-key.js';
import { renderTable, type Column } from '../table.js';
import { wrapText } from '../text-width.js';
import { document } from './lines.js';
import { progressOf } from './storage-jobs.js';

/** One store, of those that each node has. */
interface Row extends ShardView {
  readonly view: StorageView;
  readonly nowMs: number;
}

/** The stores of nodes: a row for each; of a single node its levels too, and whatever is not as it should be. */
export function renderStorage(views: readonly StorageView[], look: Look, nowMs: number): string {
  const rows = views.flatMap((view) => view.shards.map((shard) => ({ ...shard, view, nowMs })));
  const levels = views.length === 1 || look.wide ? rows : [];
  return document([
    ...renderTable(COLUMNS, rows, look),
    ...levels.flatMap((row) => ['', ...levelLines(row, look)]),
    ...withGap(rows.flatMap((row) => troubleLines(row, look))),
    ...withGap(views.flatMap(({ jobs }) => jobs.filter(isRunning).map(progressOf))),
  ]);
}

function withGap(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', ...lines];
}

function isRunning({ state }: { readonly state: string }): boolean {
  return state === 'running';
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'NODE', cell: ({ view }) => view.node },
  { title: 'SHARD', cell: ({ name }) => name, wide: true },
  { title: 'LOAD', align: 'right', cell: ({ loadBytes }) => formatSize(loadBytes) },
  { title: 'TABLES', align: 'right', cell: ({ levels }) => formatSize(sum(levels, 'bytes')) },
  { title: 'FILES', align: 'right', cell: ({ levels }) => String(sum(levels, 'files')), drop: 2 },
  { title: 'W AMP', align: 'right', cell: amplificationOf },
  {
    title: 'DELETES',
    align: 'right',
    cell: ({ tombstoneShare }) =>
      tombstoneShare === undefined ? UNKNOWN : formatShare(tombstoneShare),
  },
  {
    title: 'DISK FREE',
    align: 'right',
    cell: ({ view: { diskFreeBytes } }) =>
      diskFreeBytes === undefined ? UNKNOWN : formatSize(diskFreeBytes),
    role: ({ view }) => (view.writesRefused === '' ? undefined : 'bad'),
  },
  {
    title: 'RESERVE',
    align: 'right',
    cell: ({ view }) => formatSize(view.diskReserveBytes),
    drop: 3,
  },
  { title: 'SCRUB', cell: ({ scrub, nowMs }) => scrubOf(scrub, nowMs), drop: 1 },
];

function amplificationOf({ writeAmplification }: Row): string {
  return writeAmplification === undefined ? UNKNOWN : `${writeAmplification.toFixed(1)}x`;
}

function scrubOf({ progress, endedAtMs }: ScrubView, nowMs: number): string {
  const last = endedAtMs === undefined ? '' : `, all ${formatDuration(nowMs - endedAtMs)} ago`;
  return progress === 1 ? `read${last}` : `${formatShare(progress)} read${last}`;
}

interface LevelRow {
  readonly level: string;
  readonly files: number;
  readonly bytes: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
}

function levelLines(
  { levels, memoryBytes, writtenBytes, ...row }: Row,
  look: Look,
): readonly string[] {
  const memory = { level: 'memory', files: 0, bytes: memoryBytes, readBytes: 0, writtenBytes };
  const rows: readonly LevelRow[] = [
    memory,
    ...levels.map((level) => ({ ...level, level: String(level.level) })),
  ];
  const { scrub, sequence } = row;
  return [
    ...renderTable(LEVEL_COLUMNS, rows, look),
    '',
    `batch ${sequence}   scrub: ${formatCount(scrub.records)} records read since the start, ${formatCount(scrub.rotten)} rotten`,
  ];
}

const LEVEL_COLUMNS: readonly Column<LevelRow>[] = [
  { title: 'LEVEL', cell: ({ level }) => level },
  { title: 'FILES', align: 'right', cell: ({ files }) => String(files) },
  { title: 'SIZE', align: 'right', cell: ({ bytes }) => formatSize(bytes) },
  { title: 'READ', align: 'right', cell: ({ readBytes }) => formatSize(readBytes) },
  { title: 'WRITTEN', align: 'right', cell: ({ writtenBytes }) => formatSize(writtenBytes) },
];

function troubleLines(
  { view, scrub, rotten, gridComplete }: Row,
  { width, paint }: Look,
): readonly string[] {
  const { node, writesRefused, recovery } = view;
  const lines: (readonly ['bad' | 'warn', string])[] = [];
  if (writesRefused !== '') lines.push(['bad', `${node} ${cleanText(writesRefused)}`]);
  if (recovery !== undefined) lines.push(['bad', `${node} ${recoveryText(recovery)}`]);
  const forGood = recovery === undefined ? '' : lostForGoodText(recovery);
  if (forGood !== '') lines.push(['bad', `${node} ${cleanText(forGood)}`]);
  if (scrub.unreadable > 0) lines.push(['bad', `${node} ${unreadableText(scrub.unreadable)}`]);
  if (rotten.rotten > 0)
    lines.push([rotten.unhealed > 0 ? 'bad' : 'warn', `${node} ${rottenText(rotten)}`]);
  if (!gridComplete)
    lines.push([
      'warn',
      `${node} still computes its hash grid: its ranges are repaired after that`,
    ]);
  return lines.flatMap(([role, text]) => {
    const [first, ...rest] = wrapText(text, width - 2);
    return [
      `${paint(role, role === 'bad' ? 'x' : '!')} ${first ?? ''}`,
      ...rest.map((line) => `  ${line}`),
    ];
  });
}

function sum(levels: ShardView['levels'], figure: 'bytes' | 'files'): number {
  return levels.reduce((all, level) => all + level[figure], 0);
}
