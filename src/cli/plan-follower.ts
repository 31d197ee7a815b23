import { setTimeout as sleep } from 'node:timers/promises';
import { KvError } from '../node/core/errors.js';
import type {
  PlannedChangeView,
  PlanView,
  TopologyView,
} from '../node/core/views/topology-views.js';
import type { MemberAsker } from './member-asker.js';
import { jobOf } from '../node/core/topology/plan-job.js';
import { planEnd, type PlanEnd } from './plan-end.js';

const POLL_MS = 500;
/** A cluster of which no node answers for so long is given up by whoever watches. */
const LOST_MS = 60_000;

/** Where what is seen of a plan goes. */
export interface PlanSpectator {
  readonly seen: (view: TopologyView & { readonly plan: PlanView }) => Promise<void>;
  /** No node answers; they are asked again. */
  readonly lost: (error: KvError) => Promise<void>;
}

/** A plan that has ended. */
export interface EndedPlan {
  readonly job: string;
  readonly end: PlanEnd;
  readonly changes: readonly PlannedChangeView[];
  /** Where it was asked for last. */
  readonly cluster: string;
  readonly viewedFrom: string;
  readonly epoch: number;
}

/**
 * Looks at a plan until it runs no more, and finds out how it has ended.
 * @throws KvError when no node answers for a minute; AbortError when `signal` comes
 */
export async function followPlan(
  asker: MemberAsker,
  plan: PlanView,
  { seen, lost, signal }: PlanSpectator & { readonly signal: AbortSignal },
): Promise<EndedPlan> {
  let heardMs = performance.now();
  let told = false;
  for (;;) {
    try {
      const view = await asker.ask((node, ms) => node.topology(ms));
      heardMs = performance.now();
      told = false;
      if (isRunning(view, plan)) await seen(view);
      // A node that lags behind does not know of the plan yet.
      else if (view.epoch >= plan.id) {
        const end = await ended(asker, plan, view);
        if (end !== undefined) return end;
      }
    } catch (error) {
      if (signal.aborted || !(error instanceof KvError) || !error.row.retryable) throw error;
      if (performance.now() - heardMs > LOST_MS) throw error;
      if (!told) await lost(error);
      told = true;
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

function isRunning(
  view: TopologyView,
  { id }: PlanView,
): view is TopologyView & { readonly plan: PlanView } {
  return view.plan?.id === id;
}

async function ended(
  asker: MemberAsker,
  plan: PlanView,
  { cluster, viewedFrom, epoch }: TopologyView,
): Promise<EndedPlan | undefined> {
  const { changes } = plan;
  const described = await asker.ask((node, ms) => node.describe(ms));
  const named = await asker.ask((node, ms) => node.namespaces(ms));
  // Another node may have answered, which has not heard of the end.
  if (Math.min(described.epoch, named.epoch) < epoch) return undefined;
  const end = planEnd(changes, { nodes: described.nodes, namespaces: named.namespaces });
  return { job: jobOf(plan), end, changes, cluster, viewedFrom, epoch };
}
