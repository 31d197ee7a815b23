import { jobOf } from '../node/core/topology/plan-job.js';
import type { RepairJobView } from '../node/core/views/repair-views.js';
import type { PlanView } from '../node/core/views/topology-views.js';
import type { Command } from './actions.js';
import type { JobRow } from './job-rows.js';
import { askFor, refuse } from './question.js';

const NOT_BEGUN = 'not begun yet: kv cluster commit begins it, kv cluster discard takes it back';

/** Asks whether a job is to wait, or to go on; where that cannot be, says why. */
export function askPause({ of }: JobRow): Command {
  if (of.kind === 'staged') return refuse(NOT_BEGUN);
  if (of.kind === 'repair') return refuse(hasEnded(of.job) ?? 'a repair does not wait: C stops it');
  const { id, paused } = of.plan;
  return askFor({
    of: 'plan',
    action: paused ? 'resume' : 'pause',
    plan: id,
    told: paused
      ? 'it goes on where it was'
      : 'nothing is moved until it is resumed; reads and writes go on',
  });
}

/** Asks whether a job is to be taken back, or stopped; where that cannot be, says why. */
export function askCancel({ of }: JobRow): Command {
  switch (of.kind) {
    case 'staged':
      return refuse(NOT_BEGUN);
    case 'plan':
      return cancelPlan(of.plan);
    case 'repair':
      return cancelRepair(of.job);
  }
}

function cancelPlan(plan: PlanView): Command {
  if (plan.step === 'read-new')
    return refuse(`all data is moved: ${jobOf(plan)} ends within seconds`);
  const joiners = plan.changes.filter(({ kind }) => kind === 'join' || kind === 'replace');
  const names = joiners.map(({ node }) => node).join(' ');
  const again = names === '' ? '' : `; ${names} to be started anew, with an empty directory`;
  return askFor({
    of: 'plan',
    action: 'cancel',
    plan: plan.id,
    told: `the ring stays as it was${again}`,
  });
}

function cancelRepair(job: RepairJobView): Command {
  const ended = hasEnded(job);
  if (ended !== undefined) return refuse(ended);
  const { id, node } = job;
  return askFor({
    of: 'repair',
    action: 'cancel',
    job: id,
    node,
    told: 'what it has done stays so',
  });
}

function hasEnded({ id, state }: RepairJobView): string | undefined {
  return state === 'running' ? undefined : `${id} has ended (${state})`;
}
