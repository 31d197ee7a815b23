import { hintsByTarget, repairMarks, type TargetHints } from '../../node/core/hints/hints-view.js';
import type { StatusView } from '../../node/core/views/status-views.js';
import { formatDuration } from '../../stdx/duration.js';
import { UNKNOWN } from '../../stdx/figures.js';
import { formatSize } from '../../stdx/size.js';
import type { Look } from '../look.js';
import { renderTable, type Column } from '../table.js';
import { wrapText } from '../text-width.js';
import { document } from './lines.js';

/** What is kept for nodes that missed writes, a row for each of them. */
export function renderHints(view: StatusView, look: Look): string {
  const targets = hintsByTarget(view);
  const marks = repairMarks(view);
  const table = targets.length === 0 ? ['no hints'] : renderTable(COLUMNS, targets, look);
  return document([...table, ...(marks === 0 ? [] : ['', ...markLines(marks, look)])]);
}

function markLines(marks: number, { width, paint }: Look): readonly string[] {
  const slots = marks === 1 ? '1 slot' : `${marks} slots`;
  const text = `${slots} of the ring marked for repair: hints for them could not be kept, or were purged.`;
  const [first, ...rest] = wrapText(text, width - 2);
  return [`${paint('warn', '!')} ${first ?? ''}`, ...rest.map((line) => `  ${line}`)];
}

const COLUMNS: readonly Column<TargetHints>[] = [
  { title: 'FOR', cell: ({ target }) => target },
  { title: 'IS', cell: ({ targetState }) => targetState, drop: 2 },
  { title: 'HINTS', align: 'right', cell: ({ count }) => String(count) },
  { title: 'SIZE', align: 'right', cell: ({ bytes }) => formatSize(bytes) },
  {
    title: 'OLDEST',
    align: 'right',
    cell: ({ oldestAgeMs }) => formatDuration(oldestAgeMs),
    drop: 3,
  },
  {
    title: 'WINDOW LEFT',
    align: 'right',
    cell: ({ windowLeftMs }) => formatDuration(windowLeftMs),
    role: ({ windowLeftMs }) => (windowLeftMs === 0 ? 'bad' : undefined),
  },
  { title: 'REPLAY', cell: ({ state }) => state },
  { title: 'RATE', align: 'right', cell: rateOf, drop: 1 },
  { title: 'ON', cell: ({ holders }) => holders.map(({ node }) => node).join(' ') },
];

function rateOf({ state, bytesPerSecond }: TargetHints): string {
  return state === 'replaying' ? `${formatSize(bytesPerSecond)}/s` : UNKNOWN;
}
