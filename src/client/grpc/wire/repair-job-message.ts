import type {
  RepairRequest as RequestMessage,
  RepairResponse as ResponseMessage,
} from '../../../generated/kv/v1/admin.js';
import { KvError } from '../../../node/core/errors.js';
import {
  REPAIR_JOB_STATES,
  type RepairAnswer,
  type RepairCall,
  type RepairJobView,
  type RepairScope,
} from '../../../node/core/views/repair-views.js';
import { wordOf } from './words.js';

const stateOf = wordOf(...REPAIR_JOB_STATES);

/** What is asked, as a message. */
export function repairCallToMessage(call: RepairCall): RequestMessage {
  return 'scope' in call ? { action: call.action, ...call.scope } : call;
}

/** What a message asks. @throws KvError KV_USAGE */
export function repairCallFromMessage(message: RequestMessage): RepairCall {
  const { action, job } = message;
  switch (action) {
    case 'plan':
    case 'start':
      return { action, scope: scopeOf(message) };
    case 'jobs':
      return { action, job };
    case 'cancel':
      if (job === undefined) throw new KvError('KV_USAGE', 'a cancel needs the name of a repair');
      return { action, job };
    default:
      throw new KvError(
        'KV_USAGE',
        `no action on repairs is called ${JSON.stringify(action)}: use plan, start, jobs, cancel`,
      );
  }
}

/** An answer, as a message. */
export function repairAnswerToMessage({ node, plan, jobs }: RepairAnswer): ResponseMessage {
  return {
    node,
    plan: plan && { ...plan, owners: [...plan.owners] },
    jobs: jobs.map((job) => ({ ...job, away: [...job.away] })),
  };
}

/** What a node answered. @throws BadFrame for a state that is not known */
export function repairAnswerFromMessage({ node, plan, jobs }: ResponseMessage): RepairAnswer {
  return { node, plan, jobs: jobs.map(jobFromMessage) };
}

function jobFromMessage(job: ResponseMessage['jobs'][number]): RepairJobView {
  return { ...job, state: stateOf(job.state), resumedAtMs: job.resumedAtMs };
}

function scopeOf({ node, range, key, namespace }: RequestMessage): RepairScope {
  return { node, range, key, namespace };
}
