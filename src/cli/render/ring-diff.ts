import { formatDuration } from '../../stdx/duration.js';
import { formatShare, UNKNOWN } from '../../stdx/figures.js';
import { formatSize } from '../../stdx/size.js';
import type { Look } from '../look.js';
import type { DiffView, Movement, Moves } from '../ring/diff-view.js';
import { cleanText } from '../show-key.js';
import { renderTable, type Column } from '../table.js';
import { document, flow } from './lines.js';
import { countOf } from './repair.js';
import { copiesChange, frameLines, namespaceArgument, nothingPlanned } from './ring-frame.js';

/** What a plan, or what is staged, makes of who owns what, by who loses and who gains. */
export function renderDiff({ frame, moves, otherNamespaces }: DiffView, look: Look): string {
  const { pending } = frame;
  if (pending === undefined || moves === undefined) return document(nothingPlanned(frame, look));
  const copies = copiesChange(frame.copies, pending.copies);
  const of = namespaceArgument(frame);
  return document([
    ...frameLines(frame, look),
    ...flow(
      [
        `becomes ring ${pending.hash}`,
        countOf(pending.vnodes, 'vnode'),
        copies === undefined ? '' : look.paint('warn', copies),
      ],
      look.width,
      '  ',
    ),
    ...movesLines(moves, look),
    ...movementLines(moves, look),
    ...otherNamespaces.map((name) => `changes too: kv ring diff -n ${cleanText(name)}`),
    ...(moves.movingRanges === 0
      ? []
      : [`more: kv ring ranges --moving${of} | kv ring balance${of}`]),
  ]);
}

/** How much moves: `384 of 512 ranges change owners: 75.0% of the keys, 25.0% of all copies`. */
export function movesLines(moves: Moves, { width }: Look): readonly string[] {
  const { ranges, movingRanges, movingShare, copiedShare, bytes, ms, bytesPerSecond } = moves;
  if (movingRanges === 0) return [`all ${countOf(ranges, 'range')} keep their owners`];
  const made =
    copiedShare === 0
      ? 'no copies are made'
      : `${formatShare(copiedShare)} of all copies are made anew`;
  const isTold = bytes !== undefined && ms !== undefined && bytes > 0;
  return flow(
    [
      `${movingRanges} of ${countOf(ranges, 'range')} ${movingRanges === 1 ? 'changes' : 'change'} owners:`,
      `${formatShare(movingShare)} of the keys,`,
      ...(isTold
        ? [`${made},`, `about ${formatSize(bytes)}:`, timeText(ms, bytesPerSecond)]
        : [made]),
    ],
    width,
    ' ',
  );
}

function timeText(ms: number, bytesPerSecond: number): string {
  return `${formatDuration(Math.max(1000, ms))} at ${formatSize(bytesPerSecond)}/s`;
}

/** A line for each group of nodes that lose and gain the same ranges. */
function movementLines({ movements }: Moves, look: Look): readonly string[] {
  if (movements.length === 0) return [];
  return ['', ...renderTable(movementColumns(movements), movements, look), ''];
}

function movementColumns(movements: readonly Movement[]): readonly Column<Movement>[] {
  const isTold = movements.some(({ bytes }) => bytes !== undefined);
  return [
    { title: 'FROM', cell: ({ from }) => namesText(from) },
    { title: 'TO', cell: ({ to }) => namesText(to) },
    { title: 'RANGES', align: 'right', cell: ({ ranges }) => String(ranges) },
    { title: 'SHARE', align: 'right', cell: ({ share }) => formatShare(share) },
    ...(isTold
      ? [
          {
            title: 'BYTES',
            align: 'right' as const,
            cell: ({ bytes }: Movement) => (bytes === undefined ? UNKNOWN : formatSize(bytes)),
          },
        ]
      : []),
  ];
}

function namesText(names: readonly string[]): string {
  return names.length === 0 ? UNKNOWN : names.join(' ');
}
