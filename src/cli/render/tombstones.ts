import type {
  HeldRange,
  NamespaceTombstones,
  TombstonesView,
} from '../../node/core/views/storage-views.js';
import { hex32 } from '../../stdx/bytes.js';
import { formatDuration } from '../../stdx/duration.js';
import { formatCount, UNKNOWN } from '../../stdx/figures.js';
import type { Look } from '../look.js';
import { renderTable, type Column } from '../table.js';
import { document } from './lines.js';

type Row = NamespaceTombstones & Pick<TombstonesView, 'node' | 'atMs' | 'graceMs'>;
type RangeRow = HeldRange & Pick<TombstonesView, 'atMs' | 'graceMs'>;

/** Ranges that are shown. */
const RANGES = 5;

/** The deletes that nodes keep, a row for each node and namespace; of a single node the ranges whose floors are lowest too. */
export function renderTombstones(views: readonly TombstonesView[], look: Look): string {
  const all = views.map(({ node, atMs, graceMs, namespaces }) =>
    namespaces.map((one) => ({ ...one, node, atMs, graceMs })),
  );
  const rows = all.flatMap((ofNode) => (look.wide ? ofNode : withDeletes(ofNode)));
  const ranges = views.length === 1 || look.wide ? rows : [];
  return document([
    ...renderTable(COLUMNS, rows, look),
    ...leftOut(all.flat().length - rows.length, look),
    ...ranges.flatMap((row) => ['', ...rangeLines(row, look)]),
  ]);
}

/** The namespaces that somebody may ask about; the first one for a node without any deletes, so that no node is missing. */
function withDeletes(rows: readonly Row[]): readonly Row[] {
  const kept = rows.filter(({ tombstones, isCounted }) => tombstones > 0 || !isCounted);
  return kept.length === 0 ? rows.slice(0, 1) : kept;
}

function leftOut(count: number, { paint }: Look): readonly string[] {
  if (count === 0) return [];
  const rows = count === 1 ? '1 row' : `${count} rows`;
  return [paint('dim', `${rows} without deletes not shown: -o wide`)];
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'NODE', cell: ({ node }) => node },
  { title: 'NAMESPACE', cell: ({ namespace }) => namespace },
  {
    title: 'DELETES',
    align: 'right',
    cell: ({ tombstones, isCounted }) => `${isCounted ? '' : '>='}${formatCount(tombstones)}`,
  },
  {
    title: 'OLDEST',
    align: 'right',
    cell: ({ oldestMs, atMs }) =>
      oldestMs === undefined ? UNKNOWN : formatDuration(Math.max(0, atMs - oldestMs)),
    drop: 2,
  },
  { title: 'FLOOR AGE', align: 'right', cell: floorAge, drop: 1 },
  {
    title: 'NO FLOOR',
    align: 'right',
    cell: ({ slots, slotsAtZero }) =>
      slots === 0 ? UNKNOWN : `${Math.round((slotsAtZero / slots) * 100)}%`,
    drop: 3,
  },
  { title: 'HELD BACK BY', cell: heldBack },
];

/** The floor of a range says that all owners have everything up to it: what was deleted before it is gone. */
function floorAge({ floorMs, atMs }: { readonly floorMs: number; readonly atMs: number }): string {
  return floorMs === 0 ? 'none' : formatDuration(Math.max(0, atMs - floorMs));
}

function heldBack({ ranges, graceMs, atMs }: Row): string {
  const [first] = ranges;
  return first === undefined ? UNKNOWN : reasonOf({ ...first, graceMs, atMs });
}

function reasonOf({ heldBy, away, graceMs }: RangeRow): string {
  switch (heldBy) {
    case 'owner-away':
      return `${away.join(' ')} away`;
    case 'not-repaired':
      return 'not repaired yet';
    case 'grace':
      return `grace of ${formatDuration(graceMs)}`;
  }
}

function rangeLines({ ranges, atMs, graceMs }: Row, look: Look): readonly string[] {
  const shown = look.wide ? ranges : ranges.slice(0, RANGES);
  return renderTable(
    RANGE_COLUMNS,
    shown.map((range) => ({ ...range, atMs, graceMs })),
    look,
  );
}

const RANGE_COLUMNS: readonly Column<RangeRow>[] = [
  { title: 'LOWEST FLOORS', cell: ({ start, end }) => `0x${hex32(start)}..0x${hex32(end)}` },
  { title: 'RANGES', align: 'right', cell: ({ ranges }) => String(ranges), drop: 2 },
  { title: 'OWNERS', cell: ({ owners }) => owners.join(' ') },
  { title: 'FLOOR AGE', align: 'right', cell: floorAge },
  {
    title: 'EQUAL',
    align: 'right',
    cell: ({ repairedAtMs, atMs }) =>
      repairedAtMs === undefined ? UNKNOWN : formatDuration(Math.max(0, atMs - repairedAtMs)),
    drop: 1,
  },
  { title: 'HELD BACK BY', cell: reasonOf },
];
