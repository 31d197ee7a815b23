import { jobOf } from '../node/core/topology/plan-job.js';
import { planProgress } from '../node/core/topology/plan-progress.js';
import { changesText, waitingText } from '../node/core/views/plan-words.js';
import { repairProblem, repairState } from '../node/core/views/repair-words.js';
import type { RepairJobView } from '../node/core/views/repair-views.js';
import type { StatusView } from '../node/core/views/status-views.js';
import type { PlannedChangeView, PlanView } from '../node/core/views/topology-views.js';
import { matches } from './rows.js';
import { shownFacts, type Facts, type State } from './state.js';
import { rateOf } from './tracks.js';

/** One thing that changes the ring or repairs it, or waits to. */
export interface JobRow {
  readonly id: string;
  readonly of:
    | { readonly kind: 'plan'; readonly plan: PlanView }
    | { readonly kind: 'staged'; readonly changes: readonly PlannedChangeView[] }
    | { readonly kind: 'repair'; readonly job: RepairJobView };
  readonly state: RepairJobView['state'] | 'resumed' | 'paused' | 'staged';
  readonly step: string;
  readonly ranges: number;
  readonly rangesDone: number;
  readonly bytes: number;
  /** Undefined while nothing moves, or nobody knows. */
  readonly rate: number | undefined;
  /** Name of the node that drives it, or empty. */
  readonly node: string;
  /** `n4 joins`, `every range`. */
  readonly about: string;
  /** Something keeps it that will not go by itself, or has gone wrong. */
  readonly isBlocked: boolean;
}

/** The plan that runs, what is staged, the repairs that run, and those that have ended, the newest first. */
export function jobRows(state: State): readonly JobRow[] {
  const { filter } = state.places.jobs;
  return allJobs(shownFacts(state)).filter((row) =>
    matches(filter, [row.id, row.of.kind, row.state, row.step, row.node, row.about]),
  );
}

/** All of them, whatever is filtered. */
export function allJobs(facts: Facts): readonly JobRow[] {
  const status = facts.tick?.status;
  if (status === undefined) return [];
  const { plan, staged } = status;
  return [
    ...(plan === undefined ? [] : [planRow(plan, status, facts)]),
    ...(staged.length === 0 ? [] : [stagedRow(staged)]),
    ...repairJobs(facts).map((job) => repairRow(job, facts)),
  ];
}

/** What the nodes that are members said of their repairs: those that run first, then the newest. */
export function repairJobs({ tick, jobs: { repairs } }: Facts): readonly RepairJobView[] {
  const nodes = tick?.status.nodes ?? [];
  const found = nodes.flatMap(({ name }) => repairs.get(name)?.jobs ?? []);
  const rank = ({ state }: RepairJobView): number => (state === 'running' ? 0 : 1);
  return found.sort((a, b) => rank(a) - rank(b) || b.startedAtMs - a.startedAtMs);
}

function planRow(plan: PlanView, { nodes }: StatusView, { tracks }: Facts): JobRow {
  const reports = nodes.map(({ report }) => report?.planReport);
  const { ranges, rangesDone, movedBytes } = planProgress(plan.id, reports);
  const id = jobOf(plan);
  return {
    id,
    of: { kind: 'plan', plan },
    state: plan.paused ? 'paused' : 'running',
    step: plan.step,
    ...{ ranges, rangesDone, bytes: movedBytes },
    rate: plan.paused ? undefined : rateOf(tracks.get(id)),
    node: plan.driver,
    about: changesText(plan.changes),
    // A driver that waits for a node says so; only with a reason there is something in the way.
    isBlocked:
      plan.pausedFor !== '' ||
      (!plan.paused &&
        (reports.some((report) => report?.plan === plan.id && report.waitsFor !== '') ||
          plan.waitsFor.includes(': '))),
  };
}

function stagedRow(changes: readonly PlannedChangeView[]): JobRow {
  return {
    id: 'staged',
    of: { kind: 'staged', changes },
    state: 'staged',
    step: '',
    ...{ ranges: 0, rangesDone: 0, bytes: 0, rate: undefined, node: '' },
    about: waitingText(changes),
    isBlocked: false,
  };
}

function repairRow(job: RepairJobView, { tracks }: Facts): JobRow {
  const { id, step, ranges, done, sentBytes, node, scope } = job;
  return {
    id,
    of: { kind: 'repair', job },
    state: repairState(job),
    step,
    ...{ ranges, rangesDone: done, bytes: sentBytes },
    rate: job.state === 'running' ? rateOf(tracks.get(id)) : undefined,
    node,
    about: scope,
    isBlocked: repairProblem(job) !== undefined,
  };
}
