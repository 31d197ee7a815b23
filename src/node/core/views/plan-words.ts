import { unreachable } from '../../../stdx/unreachable.js';
import { jobOf } from '../topology/plan-job.js';
import { planProgress } from '../topology/plan-progress.js';
import type { PlanReport } from './plan-views.js';
import type { PlannedChangeView, PlanView } from './topology-views.js';

/**
 * What is said of a plan, on the command line and in the dashboard. The names in it are as others gave them: whoever shows it takes out what would
 * move a cursor.
 */

/** All that changes, in one line: `n4 joins, n2 leaves`. */
export function changesText(changes: readonly PlannedChangeView[]): string {
  return changes.map(({ text }) => text).join(', ');
}

/** What waits to change the ring: `n4 waits to join`. */
export function waitingText(changes: readonly PlannedChangeView[]): string {
  return changes.map(waiting).join(', ');
}

function waiting({
  kind,
  node,
  replaces,
  namespace,
  replication,
  text,
}: PlannedChangeView): string {
  switch (kind) {
    case 'join':
      return `${node} waits to join`;
    case 'replace':
      return `${node} waits to replace ${replaces}`;
    case 'leave':
      return `${node} waits to leave`;
    case 'remove':
      return `${node} waits to be removed`;
    case 'rebalance':
      return `once it is begun ${text}`;
    case 'replication':
      return `namespace ${namespace} waits for ${copiesText(replication)} copies`;
    default:
      return unreachable(kind);
  }
}

/** `dc1=3,dc2=2` */
function copiesText(replication: Readonly<Record<string, number>>): string {
  const entries = Object.entries(replication).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([dc, copies]) => `${dc}=${copies}`).join(',');
}

/** Where a plan is, in parts of one sentence: `plan p-12`, `write-both`, `62% of ranges`, `waits for n4`. */
export function planParts(
  plan: PlanView,
  reports: readonly (PlanReport | undefined)[],
): readonly string[] {
  const { share } = planProgress(plan.id, reports);
  return [
    `plan ${jobOf(plan)}`,
    plan.step,
    ...(share === undefined ? [] : [`${percent(share)} of ranges`]),
    ...(plan.paused ? [pausedText(plan)] : waitsParts(plan)),
  ];
}

/** `paused`, or for which node. */
export function pausedText({ pausedFor }: PlanView): string {
  return pausedFor === '' ? 'paused' : `paused: ${pausedFor} is down`;
}

/** A share of what is to be done; all of it only when nothing is left. */
export function percent(share: number): string {
  return `${Math.floor(100 * share)}%`;
}

function waitsParts({ waitsFor }: PlanView): readonly string[] {
  return waitsFor === '' ? [] : [`waits for ${waitsFor}`];
}

/** What may be typed about a plan that runs. */
export function planCommands(plan: PlanView): readonly string[] {
  const job = jobOf(plan);
  const turn = `kv job ${plan.paused ? 'resume' : 'pause'} ${job}`;
  // What waits for a node goes on by itself.
  const next = plan.pausedFor === '' ? turn : `kv node show ${plan.pausedFor}`;
  return [`kv job watch ${job}`, next, `kv job cancel ${job}`];
}

/** What one node says of a plan. */
export interface PlanTold {
  readonly node: string;
  readonly report: PlanReport | undefined;
}

/** Why a plan does not come on: what its driver says, else what nodes say. */
export function planWaits(plan: PlanView, nodes: readonly PlanTold[]): readonly string[] {
  if (plan.paused)
    return [
      plan.pausedFor === ''
        ? `paused: kv job resume ${jobOf(plan)}`
        : `paused: ${plan.pausedFor} joins and is down; start it, or kv job cancel ${jobOf(plan)}`,
    ];
  if (plan.waitsFor !== '') return plan.waitsFor.split('; ').map((text) => `waits for ${text}`);
  return nodes.flatMap(({ node, report }) =>
    report?.plan === plan.id && report.waitsFor !== ''
      ? [`waits for ${node}: ${report.waitsFor}`]
      : [],
  );
}
