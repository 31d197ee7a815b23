import { jobOf } from '../../node/core/topology/plan-job.js';
import type { ShownState } from '../../node/core/views/node-views.js';
import type { PlanReport } from '../../node/core/views/plan-views.js';
import type { StatusView } from '../../node/core/views/status-views.js';
import type { PlanNodeView, TopologyView } from '../../node/core/views/topology-views.js';
import { formatSize } from '../../stdx/size.js';
import { formatCount, formatShare, UNKNOWN } from '../format.js';
import { clean, span, type Line } from '../line.js';
import { plannedNodes, type Planned } from '../planned.js';
import { rateOf, trackOfNode, type Tracks } from '../tracks.js';
import { widest, type Column } from '../widgets/table.js';
import { stateWord } from './node-state.js';

/** What one node has to do with a plan. */
export interface PlanNodeRow {
  readonly name: string;
  readonly state: ShownState;
  readonly planned: Planned | undefined;
  readonly holds: number;
  /** Undefined until it was asked for. */
  readonly moves: PlanNodeView | undefined;
  readonly report: PlanReport | undefined;
  readonly rate: number | undefined;
}

/** The nodes that a plan changes, those that get most first; the others stay as they are. */
export function planNodeRows(
  status: StatusView,
  topology: TopologyView | undefined,
  tracks: Tracks,
): readonly PlanNodeRow[] {
  const { plan, nodes } = status;
  const planned = plannedNodes(status);
  const moves = new Map(topology?.preview?.nodes.map((node) => [node.node, node]));
  const rows = nodes.map(({ name, state, holds, report }): PlanNodeRow => {
    const said = report?.planReport;
    const isOfPlan = plan !== undefined && said?.plan === plan.id;
    return {
      ...{ name, state, holds },
      planned: planned.get(name),
      moves: moves.get(name),
      report: isOfPlan ? said : undefined,
      rate:
        isOfPlan && !plan.paused && said.ranges > 0
          ? rateOf(tracks.get(trackOfNode(jobOf(plan), name)))
          : undefined,
    };
  });
  const concerned = rows.filter(
    ({ planned: word, moves: moved, report }) =>
      word !== undefined ||
      (moved !== undefined && (moved.gains > 0 || moved.holdsAfter !== moved.holds)) ||
      (report?.ranges ?? 0) > 0,
  );
  return concerned.sort((a, b) => (b.moves?.gains ?? 0) - (a.moves?.gains ?? 0));
}

/** Columns of what nodes hold and get; of how far they are while a plan runs. */
export function planNodeColumns(
  rows: readonly PlanNodeRow[],
  isRunning: boolean,
): readonly Column<PlanNodeRow>[] {
  const names = widest(
    rows.map(({ name }) => [span(name)]),
    { min: 4, max: 16 },
  );
  const left = { align: 'left', drop: 0 } as const;
  return [
    {
      ...left,
      ...{ id: 'node', title: 'NODE', min: names, max: names },
      cell: ({ name }) => [span(clean(name))],
    },
    {
      ...left,
      ...{ id: 'state', title: 'STATE', min: 7, max: 8 },
      cell: ({ state }) => [span(state, stateWord(state, 0).role)],
    },
    figure('HOLDS', 6, ({ holds, moves }) => formatShare(moves?.holds ?? holds)),
    { ...figure('AFTER', 6, () => ''), cell: ({ moves }) => [afterSpan(moves)] },
    figure('GETS', 6, ({ moves }) =>
      moves === undefined || moves.gains === 0 ? '' : formatShare(moves.gains),
    ),
    {
      ...figure('BYTES', 8, ({ moves }) =>
        moves === undefined || moves.gains === 0 ? '' : formatSize(moves.gainsBytes),
      ),
      drop: 3,
    },
    ...(isRunning ? progressColumns() : []),
  ];
}

/** What a node holds after the plan; in colour where that is something else. */
export function afterSpan(moves: PlanNodeView | undefined): Line[number] {
  if (moves === undefined) return span(UNKNOWN, 'dim');
  const { holds, holdsAfter } = moves;
  const role = holdsAfter > holds ? 'info' : holdsAfter < holds ? 'warn' : undefined;
  return span(formatShare(holdsAfter), role);
}

function progressColumns(): readonly Column<PlanNodeRow>[] {
  return [
    figure('RANGES', 11, ({ report }) =>
      report === undefined || report.ranges === 0
        ? ''
        : `${formatCount(report.rangesDone)}/${formatCount(report.ranges)}`,
    ),
    {
      ...figure('MOVED', 8, ({ report }) =>
        report === undefined || report.movedBytes === 0 ? '' : formatSize(report.movedBytes),
      ),
      drop: 2,
    },
    {
      ...figure('RATE', 10, ({ rate }) => (rate === undefined ? '' : `${formatSize(rate)}/s`)),
      drop: 4,
    },
  ];
}

/** Nothing is known, or there is nothing, where the text is empty. */
function figure(
  title: string,
  width: number,
  show: (row: PlanNodeRow) => string,
): Column<PlanNodeRow> {
  return {
    ...{ id: title.toLowerCase(), title, align: 'right', min: width, max: width, drop: 0 },
    cell: (row) => {
      const shown = show(row);
      return shown === '' ? [span(UNKNOWN, 'dim')] : [span(shown)];
    },
  };
}
