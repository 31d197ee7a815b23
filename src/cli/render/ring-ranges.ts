import { hex32 } from '../../stdx/bytes.js';
import { formatShare, UNKNOWN } from '../../stdx/figures.js';
import type { Look } from '../look.js';
import type { HeldRanges, RangeKind, RangeRow, RangesView } from '../ring/ranges-view.js';
import { cleanText } from '../show-key.js';
import { renderTable, type Column } from '../table.js';
import { document, flow } from './lines.js';
import { countOf } from './repair.js';
import { frameLines, namespaceArgument, nothingPlanned } from './ring-frame.js';

/** The ranges of a node, or all, a line each; `moving` says that only those were asked for that change owners. */
export function renderRanges(
  view: RangesView,
  { moving }: { readonly moving: boolean },
  look: Look,
): string {
  const { frame, ranges } = view;
  if (moving && frame.pending === undefined) return document(nothingPlanned(frame, look));
  return document([
    ...frameLines(frame, look),
    ...summaryLines(view, look),
    ...(ranges.length === 0
      ? [emptyLine(view, moving)]
      : ['', ...renderTable(rangeColumns(view), ranges, look)]),
  ]);
}

function summaryLines(view: RangesView, look: Look): readonly string[] {
  const { frame, node, held, heldNext } = view;
  const lines: string[] = [];
  if (node !== undefined && held !== undefined) {
    const name = cleanText(node);
    if (held.share > 0) lines.push(...flow(heldParts(`${name} holds`, held), look.width, ' '));
    if (heldNext !== undefined && heldNext.share > 0)
      lines.push(...flow(heldParts(`then ${name} holds`, heldNext), look.width, ' '));
  }
  if (frame.pending !== undefined) lines.push(...movingLines(view, look));
  return lines;
}

function movingLines({ frame, total, moving }: RangesView, { width }: Look): readonly string[] {
  const change = moving === 1 ? 'changes' : 'change';
  // New tokens cut the ranges that there are: what is counted are the parts.
  const cut = total > frame.vnodes ? ', cut at the tokens of both rings' : '';
  return flow([`${moving} of ${countOf(total, 'range')} ${change} owners${cut}`], width);
}

function heldParts(
  begin: string,
  { primary, replica, primaryShare, share }: HeldRanges,
): readonly string[] {
  return [
    `${begin} ${formatShare(share)} of the keys:`,
    `primary of ${countOf(primary, 'range')} (${formatShare(primaryShare)}),`,
    `replica of ${replica}`,
  ];
}

function emptyLine({ frame, node }: RangesView, moving: boolean): string {
  const whose = node === undefined ? 'no range' : `no range of ${cleanText(node)}`;
  const of = namespaceArgument(frame) === '' ? '' : ` in namespace ${cleanText(frame.namespace)}`;
  if (moving) return `${whose} changes owners${of}`;
  return `${cleanText(node ?? 'nobody')} holds no range${of}`;
}

function rangeColumns({ frame, node }: RangesView): readonly Column<RangeRow>[] {
  const isPlanned = frame.pending !== undefined;
  const owners: readonly Column<RangeRow>[] =
    node === undefined
      ? [
          { title: 'PRIMARY', cell: ({ replicas }) => replicas[0] ?? UNKNOWN },
          { title: 'REPLICAS', cell: ({ replicas }) => namesText(replicas.slice(1)) },
        ]
      : [
          { title: 'KIND', cell: ({ kind }) => kindText(kind) },
          ...(isPlanned
            ? [{ title: 'THEN', cell: ({ next }: RangeRow) => kindText(next?.kind) }]
            : []),
          { title: 'OWNERS', cell: ({ replicas }) => namesText(replicas) },
        ];
  return [
    ...boundColumns<RangeRow>(({ share }) => share),
    ...owners,
    ...(isPlanned ? NEXT_COLUMNS : []),
  ];
}

/** Where a range is, and how much of the keys it has. */
export function boundColumns<Row extends { readonly start: number; readonly end: number }>(
  shareOf: (row: Row) => number,
): readonly Column<Row>[] {
  return [
    { title: 'START', cell: ({ start }) => `0x${hex32(start)}` },
    { title: 'END', cell: ({ end }) => `0x${hex32(end)}` },
    {
      title: 'SHARE',
      align: 'right',
      cell: (row) => `${(100 * shareOf(row)).toFixed(3)}%`,
      drop: 1,
    },
  ];
}

/** What becomes of a range. */
export const NEXT_COLUMNS: readonly Column<RangeRow>[] = [
  { title: 'CHANGE', cell: changeText, role: ({ next }) => (isMoving(next) ? 'warn' : undefined) },
  { title: 'NEXT OWNERS', cell: ({ next }) => namesText(next?.replicas ?? []), wide: true },
];

/** `-n3 +n4`: who loses a range, and who gains it. */
function changeText({ next }: Pick<RangeRow, 'next'>): string {
  if (next === undefined || !isMoving(next)) return UNKNOWN;
  const lost = next.lost.map((name) => `-${name}`);
  return [...lost, ...next.gained.map((name) => `+${name}`)].join(' ');
}

function isMoving(next: RangeRow['next']): boolean {
  return next !== undefined && next.gained.length + next.lost.length > 0;
}

function kindText(kind: RangeKind | undefined): string {
  return kind === undefined || kind === 'none' ? UNKNOWN : kind;
}

function namesText(names: readonly string[]): string {
  return names.length === 0 ? UNKNOWN : names.join(' ');
}
