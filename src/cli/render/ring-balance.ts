import { formatShare, UNKNOWN } from '../../stdx/figures.js';
import { formatSize } from '../../stdx/size.js';
import type { Look } from '../look.js';
import type { Balance, BalanceGroup, BalanceNode, Evenness } from '../ring/balance-view.js';
import type { RingFrame } from '../ring/ring-frame.js';
import { renderTable, type Column } from '../table.js';
import { document, flow } from './lines.js';
import { stateMark, stateRole } from './node-state.js';
import { frameLines, namespaceArgument } from './ring-frame.js';

/** How evenly the keys lie on the nodes, and on each rack; while something is planned also how they will. */
export function renderBalance(view: Balance & { readonly frame: RingFrame }, look: Look): string {
  const { frame } = view;
  const of = namespaceArgument(frame);
  const next =
    frame.pending === undefined
      ? [`more: kv ring show${of === '' ? '' : ' --all'}`, `kv ring simulate --add 1${of}`]
      : [`more: kv ring diff${of}`, `kv ring ranges --moving${of}`];
  return document([
    ...frameLines(frame, look),
    '',
    ...balanceTables(view, look),
    '',
    ...flow(next, look.width, ' | '),
  ]);
}

/** A row for each node, then one for each data centre and rack. */
export function balanceTables({ nodes, groups }: Balance, look: Look): readonly string[] {
  const racks = new Set(nodes.map(({ dc, rack }) => JSON.stringify([dc, rack]))).size > 1;
  const dcs = new Set(nodes.map(({ dc }) => dc)).size > 1;
  return [
    ...renderTable(nodeColumns({ racks, dcs, isPlanned: hasNext(nodes) }), nodes, look),
    '',
    ...renderTable(groupColumns(dcs, hasNext(groups)), groups, look),
  ];
}

function hasNext(rows: readonly { readonly next: unknown }[]): boolean {
  return rows.some(({ next }) => next !== undefined);
}

interface Shown {
  readonly racks: boolean;
  readonly dcs: boolean;
  readonly isPlanned: boolean;
}

function nodeColumns({ racks, dcs, isPlanned }: Shown): readonly Column<BalanceNode>[] {
  return [
    {
      title: '  NODE',
      cell: ({ state, becomes, node }) => `${stateMark(becomes ?? state)} ${node}`,
      role: ({ state, becomes = state }) => (becomes === 'up' ? undefined : stateRole(becomes)),
    },
    { title: 'DC', cell: ({ dc }) => dc, wide: !dcs, drop: 4 },
    { title: 'RACK', cell: ({ rack }) => rack, wide: !racks, drop: 3 },
    right('VNODES', ({ vnodes, next }) =>
      next === undefined || next.vnodes === vnodes ? String(vnodes) : `${vnodes}>${next.vnodes}`,
    ),
    { ...right('PRIMARY', ({ primary }) => formatShare(primary)), drop: 2 },
    right('HOLDS', ({ holds }) => formatShare(holds)),
    right('OF MEAN', ({ overMean }) => ratio(overMean)),
    ...(isPlanned ? NEXT_COLUMNS : []),
    { ...right('LOAD', ({ loadBytes }) => sizeText(loadBytes)), wide: isPlanned, drop: 1 },
  ];
}

const NEXT_COLUMNS: readonly Column<BalanceNode>[] = [
  right('AFTER', ({ next }) => formatShare(next?.holds ?? 0)),
  right('OF MEAN', ({ next }) => ratio(next?.overMean)),
  right('GAINS', ({ next }) => shareOrNothing(next?.gains)),
  right('LOSES', ({ next }) => shareOrNothing(next?.loses)),
  { ...right('PRIMARY AFTER', ({ next }) => formatShare(next?.primary ?? 0)), wide: true },
];

function groupColumns(dcs: boolean, isPlanned: boolean): readonly Column<BalanceGroup>[] {
  return [
    { title: 'WITHIN', cell: (group) => groupName(group, dcs) },
    right('NODES', ({ now, next }) =>
      next === undefined || next.nodes === now.nodes
        ? `${now.nodes}`
        : `${now.nodes}>${next.nodes}`,
    ),
    right('MEAN', ({ now }) => formatShare(now.mean)),
    right('MOST', ({ now }) => formatShare(now.most)),
    right('MOST/MEAN', ({ now }) => unevenness(now)),
    ...(isPlanned
      ? [
          right<BalanceGroup>('MEAN AFTER', ({ next }) => formatShare(next?.mean ?? 0)),
          right<BalanceGroup>('MOST AFTER', ({ next }) => formatShare(next?.most ?? 0)),
          right<BalanceGroup>('MOST/MEAN AFTER', ({ next }) => unevenness(next)),
        ]
      : []),
  ];
}

/** `all`, `rack a`, or with several data centres `dc1`, `dc1/a`. */
function groupName({ dc, rack }: BalanceGroup, dcs: boolean): string {
  if (rack === undefined) return dcs ? dc : 'all';
  return dcs ? `${dc}/${rack}` : `rack ${rack}`;
}

function unevenness(one: Evenness | undefined): string {
  return ratio(one === undefined || one.nodes === 0 ? undefined : one.maxOverMean);
}

function ratio(value: number | undefined): string {
  return value === undefined ? UNKNOWN : value.toFixed(2);
}

function shareOrNothing(share: number | undefined): string {
  return share === undefined || share === 0 ? UNKNOWN : formatShare(share);
}

function sizeText(bytes: number | undefined): string {
  return bytes === undefined ? UNKNOWN : formatSize(bytes);
}

function right<Row>(title: string, cell: (row: Row) => string): Column<Row> {
  return { title, align: 'right', cell };
}
