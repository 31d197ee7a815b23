import { KvError } from '../node/core/errors.js';
import { cleanText } from './show-key.js';
import { jobOf } from '../node/core/topology/plan-job.js';
import type { EndedPlan } from '../node/core/metadata/cluster-metadata.js';
import type { PlanView, TopologyView } from '../node/core/views/topology-views.js';

const JOB = /^p-(\d{1,15})$/;

/** The plan that runs, which must have this name. @throws KvError KV_USAGE */
export function planOfJob({ plan }: Pick<TopologyView, 'plan'>, job: string): PlanView {
  if (plan !== undefined && jobOf(plan) === job) return plan;
  throw unknownJob(job);
}

/** The plan of this name that has ended; undefined when it runs, or nobody remembers it. */
export function endedOfJob(
  { ended }: Pick<TopologyView, 'ended'>,
  job: string,
): EndedPlan | undefined {
  return ended.find((one) => jobOf(one) === job);
}

/** How a plan has ended, in a line. */
export function endedText(plan: EndedPlan): string {
  return `${jobOf(plan)} ${plan.end}: ${plan.changes.map(cleanText).join(', ')}`;
}

function unknownJob(job: string): KvError {
  if (job.startsWith('r-'))
    return new KvError('KV_USAGE', `${job} is a repair: it has commands of its own`, {
      hints: [`kv repair status ${job}`, `kv repair cancel ${job}`],
    });
  const isPlan = JOB.test(job);
  const message = isPlan
    ? `plan ${job} does not run: it has ended, or there never was one`
    : `no job is called ${job}`;
  return new KvError('KV_USAGE', message, {
    hints: ['kv job list', ...(isPlan ? ['kv events --kind metadata'] : [])],
  });
}
