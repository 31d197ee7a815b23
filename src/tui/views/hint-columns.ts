import type { TargetHints } from '../../node/core/hints/hints-view.js';
import type { NodeView } from '../../node/core/views/node-views.js';
import { formatSize } from '../../stdx/size.js';
import { formatAge, formatCount, UNKNOWN } from '../format.js';
import { clean, span, type Line, type Role, type Span } from '../line.js';
import { widest, type Column } from '../widgets/table.js';
import { stateWord } from './node-state.js';

/** What a row of the table and a row of one holder have in common. */
type Kept = Pick<
  TargetHints,
  'count' | 'bytes' | 'oldestAgeMs' | 'windowLeftMs' | 'bytesPerSecond' | 'state'
>;

export interface HintColumnContext {
  readonly rows: readonly TargetHints[];
  readonly nodes: readonly NodeView[];
  readonly elapsedMs: number;
}

const REPLAY_ROLES: Readonly<Record<Kept['state'], Role>> = {
  waiting: 'dim',
  replaying: 'info',
  paused: 'warn',
};

/** Columns of the table of nodes that missed writes. */
export function hintColumns(context: HintColumnContext): readonly Column<TargetHints>[] {
  const { rows, elapsedMs } = context;
  const names = widest(
    rows.map(({ target }) => [span(target)]),
    { min: 4, max: 16 },
  );
  return [
    {
      id: 'for',
      title: 'FOR',
      align: 'left',
      ...{ min: names, max: names, drop: 0 },
      cell: ({ target }) => [span(clean(target))],
      sort: ({ target }) => target,
    },
    {
      id: 'is',
      title: 'IS',
      align: 'left',
      ...{ min: 7, max: 12, drop: 4 },
      cell: (row) => [targetWord(row, context)],
      sort: ({ targetState }) => targetState,
    },
    ...keptColumns<TargetHints>(rows, elapsedMs),
    {
      id: 'on',
      title: 'KEPT ON',
      align: 'left',
      ...{ min: 7, max: 48, drop: 3 },
      cell: ({ holders }) => [span(clean(holders.map(({ node }) => node).join(' ')))],
      sort: ({ holders }) => holders.length,
    },
  ];
}

/** Columns of what is kept, for all holders together or for one of them; a rate only where something is replayed. */
export function keptColumns<Row extends Kept>(
  rows: readonly Row[],
  elapsedMs: number,
): readonly Column<Row>[] {
  const replays = rows.some(({ state }) => state === 'replaying');
  return [...amountColumns<Row>(elapsedMs), ...(replays ? [rateColumn<Row>()] : [])];
}

function amountColumns<Row extends Kept>(elapsedMs: number): readonly Column<Row>[] {
  const left = ({ windowLeftMs }: Row): number => Math.max(0, windowLeftMs - elapsedMs);
  return [
    figure('hints', 'HINTS', { width: 5, drop: 0, value: ({ count }) => count, show: formatCount }),
    figure('size', 'SIZE', { width: 8, drop: 1, value: ({ bytes }) => bytes, show: formatSize }),
    figure('oldest', 'OLDEST', {
      width: 6,
      drop: 2,
      value: ({ oldestAgeMs }) => oldestAgeMs + elapsedMs,
      show: formatAge,
    }),
    {
      ...figure('left', 'LEFT', { width: 6, drop: 0, value: left, show: formatAge }),
      cell: (row) => [leftSpan(left(row))],
    },
    {
      id: 'replay',
      title: 'REPLAY',
      align: 'left',
      ...{ min: 9, max: 9, drop: 0 },
      cell: ({ state }) => [span(state, REPLAY_ROLES[state])],
      sort: ({ state }) => state,
    },
  ];
}

function rateColumn<Row extends Kept>(): Column<Row> {
  return {
    ...figure<Row>('rate', 'RATE', {
      width: 10,
      drop: 2,
      value: ({ bytesPerSecond }) => bytesPerSecond,
      show: formatSize,
    }),
    cell: (row) => rateCell(row),
  };
}

/** After its window a hint is given up, and its slot is marked for repair. */
function leftSpan(leftMs: number): Span {
  return leftMs === 0 ? span('closed', 'bad') : span(formatAge(leftMs));
}

function rateCell({ state, bytesPerSecond }: Kept): Line {
  if (state !== 'replaying') return [span(UNKNOWN, 'dim')];
  return [span(`${formatSize(bytesPerSecond)}/s`)];
}

function targetWord({ nodeId, targetState }: TargetHints, context: HintColumnContext): Span {
  const node = context.nodes.find((one) => one.nodeId === nodeId);
  return stateWord(targetState, (node?.forMs ?? 0) + context.elapsedMs);
}

function figure<Row>(
  id: string,
  title: string,
  how: {
    readonly width: number;
    readonly drop: number;
    readonly value: (row: Row) => number;
    readonly show: (value: number) => string;
  },
): Column<Row> {
  return {
    id,
    title,
    align: 'right',
    min: how.width,
    max: how.width,
    drop: how.drop,
    cell: (row) => [span(how.show(how.value(row)))],
    sort: how.value,
  };
}
