import { jobOf } from '../node/core/topology/plan-job.js';
import type { NodeView } from '../node/core/views/node-views.js';
import type { ActEnd } from './act-end.js';
import { messageOf, withDeadline } from './deadline.js';
import type { JobAct, PlanAct, RepairAct } from './job-act.js';
import type { SourceNode, TickSource } from './source.js';

/** A change of a plan is agreed to by a majority of the voters. */
const ACT_MS = 10_000;
const LATE = 'no answer within 10 s: it may have been done';

type Source = Pick<TickSource, 'changePlan' | 'cancelRepair'>;

/** Who may be asked. */
export interface Askable {
  readonly nodes: readonly NodeView[];
  /** The node that is viewed. */
  readonly target: SourceNode | undefined;
}

const DONE: Readonly<Record<PlanAct['action'], string>> = {
  pause: 'waits: nothing is moved until z lets it go on',
  resume: 'goes on',
  cancel: 'is cancelled: the ring is as it was before',
};

/** Has one node act on what runs, and says how that went. Never rejects. */
export async function actOnJob(act: JobAct, source: Source, whom: Askable): Promise<ActEnd> {
  try {
    return act.of === 'plan'
      ? await changePlan(act, source, whom)
      : await cancelRepair(act, source, whom);
  } catch (error) {
    return { text: messageOf(error), bad: true };
  }
}

async function changePlan(
  { action, plan }: PlanAct,
  source: Source,
  { target }: Askable,
): Promise<ActEnd> {
  await withDeadline(source.changePlan({ action, plan }, target), ACT_MS, LATE);
  return { text: `${jobOf({ id: plan })} ${DONE[action]}`, bad: false };
}

async function cancelRepair(
  { job, node }: RepairAct,
  source: Source,
  { nodes }: Askable,
): Promise<ActEnd> {
  const driver = nodes.find(({ name }) => name === node);
  if (driver === undefined)
    return { text: `${node}, which drives ${job}, is no member any more`, bad: true };
  const after = await withDeadline(source.cancelRepair(job, driver), ACT_MS, LATE);
  if (after === undefined) return { text: `${node} knows nothing of ${job} any more`, bad: true };
  if (after.state === 'cancelled')
    return { text: `${job} is cancelled: what it has done stays so`, bad: false };
  return { text: `${job} has ended already (${after.state})`, bad: true };
}
