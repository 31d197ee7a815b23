import type { RingNodeView } from '../../node/core/views/ring-views.js';
import type { PlanNodeView } from '../../node/core/views/topology-views.js';
import { formatShare } from '../format.js';
import { clean, padText, span, type Line, type Role } from '../line.js';
import { largest, level } from '../widgets/spark.js';
import { widest, type Column } from '../widgets/table.js';
import { ROOMY_COLUMNS } from '../layout.js';
import { stateWord } from './node-state.js';
import { afterSpan } from './plan-node-columns.js';

export interface RingColumnContext {
  readonly nodes: readonly RingNodeView[];
  readonly width: number;
  readonly levels: readonly string[];
  readonly letter: (name: string) => { readonly letter: string; readonly role: Role };
  /** 1 for the first owner of the key that was asked for. */
  readonly rank: (name: string) => number | undefined;
  /** What each node has to do with what changes the ring; undefined while nothing does. */
  readonly after: ReadonlyMap<string, PlanNodeView> | undefined;
}

/** Columns of the ring's table of nodes. */
export function ringColumns(context: RingColumnContext): readonly Column<RingNodeView>[] {
  const roomy = context.width >= ROOMY_COLUMNS;
  return [
    ...identityColumns(context, roomy),
    stripColumn(context, roomy),
    shareColumn('vnodes', 'VNODES', String),
    shareColumn('primary', 'PRIMARY', formatShare),
    shareColumn('holds', 'HOLDS', formatShare),
    ...afterColumns(context),
  ];
}

function identityColumns(
  { nodes, letter, rank }: RingColumnContext,
  roomy: boolean,
): readonly Column<RingNodeView>[] {
  const names = widest(
    nodes.map(({ name }) => [span(name)]),
    { min: 4, max: 16 },
  );
  const racks = widest(
    nodes.map(({ rack }) => [span(rack)]),
    { min: 4, max: 8 },
  );
  const columns: Column<RingNodeView>[] = [
    {
      id: 'letter',
      title: '',
      align: 'left',
      min: 1,
      max: 1,
      drop: 0,
      cell: ({ name }) => [span(letter(name).letter, letter(name).role)],
    },
    {
      id: 'node',
      title: 'NODE',
      align: 'left',
      min: names,
      max: names,
      drop: 0,
      cell: ({ name }) => [span(clean(name))],
      sort: ({ name }) => name,
    },
    {
      id: 'state',
      title: 'STATE',
      align: 'left',
      min: 7,
      max: 8,
      drop: 0,
      // Since when is in the other views: here the strip needs the room.
      cell: ({ name, state }) => {
        const owner = rank(name);
        const word = span(state, stateWord(state, 0).role);
        return owner === undefined ? [word] : [word, span(` ${owner}`, 'accent')];
      },
      sort: ({ state }) => state,
    },
  ];
  if (!roomy) return columns;
  const rack: Column<RingNodeView> = {
    id: 'rack',
    title: 'RACK',
    align: 'left',
    min: racks,
    max: racks,
    drop: 3,
    cell: (node) => [span(clean(node.rack))],
    sort: (node) => node.rack,
  };
  return [...columns, rack];
}

/** What each node holds once the ring has changed; there only while it changes, or is to. */
function afterColumns({ after }: RingColumnContext): readonly Column<RingNodeView>[] {
  if (after === undefined) return [];
  return [
    {
      id: 'after',
      title: 'AFTER',
      align: 'right',
      ...{ min: 6, max: 6, drop: 0 },
      cell: ({ name }) => [afterSpan(after.get(name))],
      sort: ({ name }) => after.get(name)?.holdsAfter,
    },
  ];
}

function stripColumn(
  { nodes, levels, after }: RingColumnContext,
  roomy: boolean,
): Column<RingNodeView> {
  const max = largest(nodes.flatMap(({ strip }) => strip));
  return {
    id: 'strip',
    title: 'SHARE OF EACH PART',
    align: 'left',
    min: roomy ? 30 : 20,
    max: 40,
    drop: 0,
    cell: ({ name, state, primary, strip }, width): Line => {
      if (primary === 0)
        return [span(padText(withoutRanges(state, after?.get(name)), width), 'dim')];
      const parts = squeeze(strip, width).map((share) => level(share, max, levels));
      return [span(parts.join(''), 'info')];
    },
  };
}

/** `joining, gets 49.8%` */
function withoutRanges(state: RingNodeView['state'], moves: PlanNodeView | undefined): string {
  return moves === undefined || moves.gains === 0
    ? state
    : `${state}, gets ${formatShare(moves.gains)}`;
}

/** The strip in fewer parts, each the mean of those it covers. */
function squeeze(strip: readonly number[], width: number): readonly number[] {
  if (strip.length <= width) return strip;
  return Array.from({ length: width }, (_, cell) => {
    const from = Math.floor((cell * strip.length) / width);
    const to = Math.max(from + 1, Math.floor(((cell + 1) * strip.length) / width));
    const covered = strip.slice(from, to);
    return covered.reduce((sum, share) => sum + share, 0) / covered.length;
  });
}

function shareColumn(
  id: 'vnodes' | 'primary' | 'holds',
  title: string,
  show: (value: number) => string,
): Column<RingNodeView> {
  return {
    id,
    title,
    align: 'right',
    min: Math.max(6, title.length),
    max: Math.max(6, title.length),
    drop: id === 'vnodes' ? 5 : 0,
    cell: (node) => [span(show(node[id]))],
    sort: (node) => node[id],
  };
}
