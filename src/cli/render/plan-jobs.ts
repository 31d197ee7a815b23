import type { PlanView, TopologyView } from '../../node/core/views/topology-views.js';
import type { RepairJobView } from '../../node/core/views/repair-views.js';
import { percent } from '../../node/core/views/plan-words.js';
import { UNKNOWN } from '../../stdx/figures.js';
import { silentText, type KnownRepairs } from '../known-repairs.js';
import type { Look } from '../look.js';
import { jobOf } from '../../node/core/topology/plan-job.js';
import { cleanText } from '../show-key.js';
import { renderTable, type Column } from '../table.js';
import { document } from './lines.js';
import { progressOf } from './plan.js';
import { changesText } from './plan-words.js';

/** One row of the list of what runs. */
export interface JobRow {
  readonly job: string;
  readonly kind: 'plan' | 'repair';
  readonly state: 'running' | 'paused' | 'resumed';
  readonly step: string;
  readonly ranges: number;
  readonly rangesDone: number;
  /** What it does: `n4 joins`, `every range`. */
  readonly about: string;
  /** The node that drives it; empty for a plan that none can drive now. */
  readonly node: string;
}

/** What runs now: the plan that changes the ring, then the repairs. */
export function jobRows(
  { plan, preview }: Pick<TopologyView, 'plan' | 'preview'>,
  repairs: readonly RepairJobView[],
): readonly JobRow[] {
  const running = repairs.filter(({ state }) => state === 'running');
  return [...(plan === undefined ? [] : [planRow(plan, preview)]), ...running.map(repairRow)];
}

function planRow(plan: PlanView, preview: TopologyView['preview']): JobRow {
  const { ranges, rangesDone } = progressOf(plan, preview);
  return {
    job: jobOf(plan),
    kind: 'plan',
    state: plan.paused ? 'paused' : 'running',
    step: plan.step,
    ...{ ranges, rangesDone },
    about: changesText(plan.changes),
    node: plan.driver,
  };
}

function repairRow({ id, step, ranges, done, scope, node, restarts }: RepairJobView): JobRow {
  const state = restarts > 0 ? 'resumed' : 'running';
  return { job: id, kind: 'repair', state, step, ranges, rangesDone: done, about: scope, node };
}

/** A row for each job; when there is none, says whether that is known. */
export function renderJobRows(
  rows: readonly JobRow[],
  missing: KnownRepairs['missing'],
  look: Look,
): string {
  if (rows.length > 0) return document(renderTable(COLUMNS, rows, look));
  const unknown = missing.length === 0 ? '' : `; ${cleanText(silentText(missing))}`;
  return document([`nothing runs${unknown}`]);
}

const COLUMNS: readonly Column<JobRow>[] = [
  { title: 'JOB', cell: ({ job }) => job },
  { title: 'KIND', cell: ({ kind }) => kind, drop: 2 },
  {
    title: 'STATE',
    cell: ({ state }) => state,
    role: ({ state }) => (state === 'paused' ? 'warn' : 'dim'),
  },
  { title: 'STEP', cell: ({ step }) => step || UNKNOWN },
  {
    title: 'DONE',
    align: 'right',
    cell: ({ ranges, rangesDone }) => (ranges === 0 ? UNKNOWN : percent(rangesDone / ranges)),
  },
  {
    title: 'RANGES',
    align: 'right',
    cell: ({ ranges, rangesDone }) => (ranges === 0 ? UNKNOWN : `${rangesDone}/${ranges}`),
    drop: 1,
  },
  { title: 'ON', cell: ({ node }) => node || UNKNOWN },
  { title: 'WHAT', cell: ({ about }) => about },
];
