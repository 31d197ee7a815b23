import { describeStep } from '../../node/core/topology/describe-plan.js';
import { jobOf } from '../../node/core/topology/plan-job.js';
import { planProgress } from '../../node/core/topology/plan-progress.js';
import { percent, planCommands, planWaits } from '../../node/core/views/plan-words.js';
import type { PlanPreview, PlanView, TopologyView } from '../../node/core/views/topology-views.js';
import { formatDuration } from '../../stdx/duration.js';
import { formatSize } from '../../stdx/size.js';
import { clean, joinFitting, span, type Line } from '../line.js';
import { topologyOf } from '../planned.js';
import { shownFacts, type State } from '../state.js';
import { leftMsOf, rateOf } from '../tracks.js';
import { drawTable } from '../widgets/table.js';
import type { Detail, DetailRoom } from './detail.js';
import { stateMark } from './node-state.js';
import { planNodeColumns, planNodeRows, type PlanNodeRow } from './plan-node-columns.js';

/** How far the plan is, who drives it, what it waits for, and what each node has to do with it. */
export function planDetail(state: State, plan: PlanView, room: DetailRoom): Detail {
  const status = shownFacts(state).tick?.status;
  const nodes = status?.nodes ?? [];
  const topology = topologyOf(state);
  const told = nodes.map(({ name, report }) => ({ node: name, report: report?.planReport }));
  return {
    facts: [
      stepLine(plan, room.area.width),
      progressLine(state, plan, topology),
      waitsLine(planWaits(plan, told)),
    ],
    table: (rows) => nodeTable(state, { rows, room, topology }),
    commands: planCommands(plan),
  };
}

/** What would move, and what speaks against it. */
export function stagedDetail(state: State, room: DetailRoom): Detail {
  const topology = topologyOf(state);
  const preview = topology?.preview;
  const failed = (preview?.checks ?? []).filter(({ passed }) => !passed);
  return {
    facts: [
      ...(preview === undefined ? [asking()] : [movesLine(preview)]),
      ...failed.map(({ message }): Line => [span(' ! '), span(clean(message), 'warn')]),
    ],
    table: (rows) => nodeTable(state, { rows, room, topology }),
    commands: ['kv cluster plan', 'kv cluster commit', 'kv cluster discard'],
  };
}

function asking(): Line {
  return [span(' asking what would move', 'dim')];
}

function movesLine({ ranges, movingRanges, movedBytes }: PlanPreview): Line {
  return [
    span(
      movingRanges === 0
        ? ` nothing moves: all ${ranges} ranges stay where they are`
        : ` ${movingRanges} of ${ranges} ranges move, about ${formatSize(movedBytes)}`,
    ),
  ];
}

/** What its step means, and who drives it. */
function stepLine({ step, driver }: PlanView, width: number): Line {
  const drives: Line =
    driver === ''
      ? [span('nobody can drive it: no voter is up', 'bad')]
      : [span(`driven by ${clean(driver)}`, 'dim')];
  const parts = [[span(describeStep(step))], drives];
  return [span(' '), ...joinFitting(driver === '' ? [...parts].reverse() : parts, width - 2)];
}

/** It has its line also while nothing is in the way: what stands below it stays where it is. */
function waitsLine(waits: readonly string[]): Line {
  if (waits.length === 0) return [span(' nothing is in its way', 'dim')];
  const text = clean(waits.join('; '));
  // Only with a reason there is something to be done.
  return text.includes(': ') ? [span(' ! '), span(text, 'warn')] : [span(` ${text}`, 'dim')];
}

function progressLine(state: State, plan: PlanView, topology: TopologyView | undefined): Line {
  const facts = shownFacts(state);
  const reports = (facts.tick?.status.nodes ?? []).map(({ report }) => report?.planReport);
  const { ranges, rangesDone, movedBytes, share } = planProgress(plan.id, reports);
  if (share === undefined) return [span(' nothing moved yet', 'dim')];
  const track = facts.tracks.get(jobOf(plan));
  const [rate, leftMs] = plan.paused ? [] : [rateOf(track), leftMsOf(track)];
  const whole = topology?.preview?.movedBytes ?? 0;
  const of = whole >= movedBytes ? ` of ${formatSize(whole)}` : '';
  return [
    span(` ${percent(share)}`, 'bold'),
    span(` ${rangesDone} of ${ranges} ranges   ${formatSize(movedBytes)}${of} moved`),
    span(rate === undefined ? '' : `   ${formatSize(rate)}/s`, 'info'),
    span(leftMs === undefined ? '' : `   about ${formatDuration(leftMs)} left`),
  ];
}

/** The nodes that have something to do with it, those that get most first. */
function nodeTable(
  state: State,
  {
    rows,
    room,
    topology,
  }: {
    readonly rows: number;
    readonly room: DetailRoom;
    readonly topology: TopologyView | undefined;
  },
): readonly Line[] {
  const status = shownFacts(state).tick?.status;
  if (status === undefined || rows < 2) return [];
  const all = planNodeRows(status, topology, shownFacts(state).tracks);
  const visible = Math.min(rows - 1, all.length);
  if (visible === 0) return [];
  const lines = drawTable<PlanNodeRow>(
    {
      columns: planNodeColumns(all, status.plan !== undefined),
      rows: all.slice(0, visible),
      window: { top: 0, visible, total: visible },
      selected: undefined,
      sort: undefined,
      mark: ({ state: word, planned }) => stateMark(word, false, planned),
    },
    room.area.width,
    room.theme,
  );
  return lines;
}
