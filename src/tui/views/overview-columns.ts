import type { NodeView } from '../../node/core/views/node-views.js';
import { formatSize } from '../../stdx/size.js';
import {
  formatCount,
  formatLasting,
  formatLatency,
  formatRate,
  formatShare,
  UNKNOWN,
} from '../format.js';
import type { Trend } from '../history.js';
import { clean, padText, span, type Line } from '../line.js';
import { spark, type Sample } from '../widgets/spark.js';
import { widest, type Column } from '../widgets/table.js';
import { stateWord } from './node-state.js';

export interface NodeColumnContext {
  readonly nodes: readonly NodeView[];
  readonly elapsedMs: number;
  readonly roomy: boolean;
  /** Hints kept for each node that missed writes, by its id. */
  readonly hints: ReadonlyMap<string, number>;
  readonly levels: readonly string[];
  trend(name: string): Trend;
}

/** Columns of the table of nodes. */
export function nodeColumns(context: NodeColumnContext): readonly Column<NodeView>[] {
  const { nodes, elapsedMs, roomy } = context;
  const named = (value: (node: NodeView) => string, max: number): { min: number; max: number } => {
    const width = widest(
      nodes.map((node) => [span(value(node))]),
      { min: 4, max },
    );
    return { min: width, max: width };
  };
  const several = new Set(nodes.map(({ dc }) => dc)).size > 1;
  const columns: Column<NodeView>[] = [
    {
      ...text('node', 'NODE', ({ name }) => name),
      ...named(({ name }) => name, 16),
      drop: 0,
    },
    {
      id: 'state',
      title: 'STATE',
      align: 'left',
      min: 12,
      max: 13,
      drop: 0,
      cell: (node) => [stateWord(node.state, node.forMs + elapsedMs)],
      sort: ({ state }) => state,
    },
  ];
  if (roomy && several) {
    columns.push({ ...text('dc', 'DC', ({ dc }) => dc), ...named(({ dc }) => dc, 8), drop: 6 });
  }
  if (roomy) {
    const rack = text('rack', 'RACK', (node: NodeView) => node.rack);
    columns.push({ ...rack, ...named((node) => node.rack, 8), drop: 5 });
  }
  return [
    ...columns,
    ...shareColumns(),
    ...operationColumns(context),
    ...hintColumns(context),
    ...extraColumns(elapsedMs),
  ];
}

type TextColumn = Pick<Column<NodeView>, 'id' | 'title' | 'align' | 'cell' | 'sort'>;

function text(id: string, title: string, value: (node: NodeView) => string): TextColumn {
  return {
    id,
    title,
    align: 'left',
    cell: (node) => [span(clean(value(node)))],
    sort: value,
  };
}

function figure(
  column: Pick<Column<NodeView>, 'id' | 'title' | 'drop'>,
  value: (node: NodeView) => number | undefined,
  show: { readonly width: number; format(value: number): string },
): Column<NodeView> {
  return {
    ...column,
    align: 'right',
    min: show.width,
    max: show.width,
    cell: (node) => {
      const known = value(node);
      return known === undefined ? [span(UNKNOWN, 'dim')] : [span(show.format(known))];
    },
    sort: value,
  };
}

function shareColumns(): readonly Column<NodeView>[] {
  return [
    figure({ id: 'load', title: 'LOAD', drop: 4 }, ({ report }) => report?.loadBytes, {
      width: 8,
      format: formatSize,
    }),
    figure({ id: 'holds', title: 'HOLDS', drop: 3 }, ({ holds }) => holds, {
      width: 6,
      format: formatShare,
    }),
    figure({ id: 'ops', title: 'OPS/s', drop: 2 }, operations, { width: 6, format: formatRate }),
  ];
}

function operations({ report }: NodeView): number | undefined {
  return report === undefined ? undefined : report.reads.perSecond + report.writes.perSecond;
}

function operationColumns(context: NodeColumnContext): readonly Column<NodeView>[] {
  const { roomy } = context;
  const column = (
    id: 'reads' | 'writes',
    title: string,
    samples: (trend: Trend) => readonly Sample[],
  ): Column<NodeView> => ({
    id: `${id}-p99`,
    title,
    align: roomy ? 'left' : 'right',
    min: roomy ? 11 : 6,
    max: roomy ? 24 : 6,
    drop: 1,
    cell: (node, width): Line => {
      const p99 = padText(formatLatency(node.report?.[id].p99Ms), 6, 'right');
      if (!roomy) return [span(p99)];
      const look = { levels: context.levels };
      return [span(`${p99} `), ...spark(samples(context.trend(node.name)), width - 7, look)];
    },
    sort: ({ report }) => report?.[id].p99Ms,
  });
  return [
    column('reads', roomy ? ' READ p99' : 'R p99', ({ readP99 }) => readP99),
    column('writes', roomy ? ' WRITE p99' : 'W p99', ({ writeP99 }) => writeP99),
  ];
}

/** How many writes others keep for each node: there only when there are any. */
function hintColumns({ hints }: NodeColumnContext): readonly Column<NodeView>[] {
  if (hints.size === 0) return [];
  const kept = ({ nodeId }: NodeView): number | undefined => hints.get(nodeId);
  return [figure({ id: 'hint', title: 'HINT', drop: 2 }, kept, { width: 5, format: formatCount })];
}

/** What is shown only where there is much room. */
function extraColumns(elapsedMs: number): readonly Column<NodeView>[] {
  return [
    {
      ...figure({ id: 'up', title: 'UP', drop: 7 }, ({ report }) => report?.uptimeMs, {
        width: 6,
        format: (uptimeMs) => formatLasting(uptimeMs + elapsedMs),
      }),
      from: 100,
    },
    {
      ...text('address', 'ADDRESS', ({ address }) => address),
      min: 15,
      max: 21,
      drop: 8,
      from: 100,
    },
  ];
}
