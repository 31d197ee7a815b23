import { planProgress } from '../../node/core/topology/plan-progress.js';
import type { PlanReport } from '../../node/core/views/plan-views.js';
import type { PlannedChangeView, PlanView } from '../../node/core/views/topology-views.js';
import { unreachable } from '../../stdx/unreachable.js';
import { jobOf } from '../plan-job.js';
import { cleanText } from '../show-key.js';

/** All that changes, in one line: `n4 joins, n2 leaves`. */
export function changesText(changes: readonly PlannedChangeView[]): string {
  return changes.map(({ text }) => cleanText(text)).join(', ');
}

/** What waits to change the ring: `n4 waits to join`. */
export function waitingText(changes: readonly PlannedChangeView[]): string {
  return changes.map(waiting).join(', ');
}

function waiting({ kind, node, replaces, namespace, replication }: PlannedChangeView): string {
  const name = cleanText(node);
  switch (kind) {
    case 'join':
      return `${name} waits to join`;
    case 'replace':
      return `${name} waits to replace ${cleanText(replaces)}`;
    case 'leave':
      return `${name} waits to leave`;
    case 'remove':
      return `${name} waits to be removed`;
    case 'replication':
      return `namespace ${cleanText(namespace)} waits for ${copiesText(replication)} copies`;
    default:
      return unreachable(kind);
  }
}

/** `dc1=3,dc2=2` */
function copiesText(replication: Readonly<Record<string, number>>): string {
  const entries = Object.entries(replication).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([dc, copies]) => `${cleanText(dc)}=${copies}`).join(',');
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
    ...(plan.paused ? ['paused'] : waitsParts(plan)),
  ];
}

/** A share of what is to be done; all of it only when nothing is left. */
export function percent(share: number): string {
  return `${Math.floor(100 * share)}%`;
}

function waitsParts({ waitsFor }: PlanView): readonly string[] {
  return waitsFor === '' ? [] : [`waits for ${cleanText(waitsFor)}`];
}
