import type { DescribedNode } from '../node/core/views/describe-views.js';
import type { NamespaceView } from '../node/core/views/namespace-views.js';
import type { PlannedChangeView } from '../node/core/views/topology-views.js';
import { unreachable } from '../stdx/unreachable.js';

export type PlanEnd = 'done' | 'cancelled';

/** What is there once a plan runs no more. */
export interface AfterPlan {
  readonly nodes: readonly Pick<DescribedNode, 'name' | 'membership'>[];
  readonly namespaces: readonly Pick<NamespaceView, 'name' | 'replication'>[];
}

/** How a plan has ended, which nobody keeps: it is done when all that it was to change is so. */
export function planEnd(changes: readonly PlannedChangeView[], after: AfterPlan): PlanEnd {
  return changes.every((change) => isMade(change, after)) ? 'done' : 'cancelled';
}

function isMade(change: PlannedChangeView, { nodes, namespaces }: AfterPlan): boolean {
  const states = nodes
    .filter(({ name }) => name === change.node)
    .map(({ membership }) => membership);
  switch (change.kind) {
    case 'join':
    case 'replace':
      return states.includes('normal');
    case 'leave':
    case 'remove':
      // The name may be taken by a new node by now, which waits to join.
      return !states.includes('normal') && !states.includes('leaving');
    case 'rebalance':
      // Nodes that know of such plans remember how they ended.
      return true;
    case 'replication': {
      const found = namespaces.find(({ name }) => name === change.namespace);
      return found === undefined || sameCopies(found.replication ?? {}, change.replication);
    }
    default:
      return unreachable(change.kind);
  }
}

function sameCopies(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): boolean {
  const dcs = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...dcs].every((dc) => (a[dc] ?? 0) === (b[dc] ?? 0));
}
