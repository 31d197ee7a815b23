import { unreachable } from '../../../stdx/unreachable.js';
import type { ClusterMetadata, PlanEnd } from '../metadata/cluster-metadata.js';
import type { PlannedChange, PlanStep } from './topology-plan.js';

/** What the plan of a state changes, in one line: `n4 joins, n2 leaves`. */
export function describePlan(state: ClusterMetadata): string {
  return (state.plan?.changes ?? []).map((change) => describePlanned(state, change)).join(', ');
}

/** One change, in a few words: `n4 joins`. */
export function describePlanned(
  { members, namespaces }: Pick<ClusterMetadata, 'members' | 'namespaces'>,
  change: PlannedChange,
): string {
  const nameOf = (id: string): string => members.find(({ nodeId }) => nodeId === id)?.name ?? id;
  switch (change.kind) {
    case 'join':
      return change.replaces === undefined
        ? `${nameOf(change.nodeId)} joins`
        : `${nameOf(change.nodeId)} replaces ${nameOf(change.replaces)}`;
    case 'leave':
      if (change.isForgotten === true) return `${nameOf(change.nodeId)} is forgotten`;
      return `${nameOf(change.nodeId)} ${change.isDead ? 'is removed' : 'leaves'}`;
    case 'rebalance':
      return `${change.moves.length} ${change.moves.length === 1 ? 'vnode changes' : 'vnodes change'} hands`;
    case 'replication': {
      const name = namespaces.find(({ id }) => id === change.namespace)?.name ?? change.namespace;
      const copies = Object.entries(change.replication).map(([dc, count]) => `${dc}=${count}`);
      return `namespace ${name} has ${copies.join(' ')} copies`;
    }
    default:
      return unreachable(change);
  }
}

/** What a step of a plan, or its end, means. */
export function describeStep(step: PlanStep | PlanEnd): string {
  switch (step) {
    case 'prepare':
      return 'those that gain ranges make room';
    case 'write-both':
      return 'writes go to the old owners and to the new ones, reads to the old ones';
    case 'read-new':
      return 'reads go to the new owners';
    case 'done':
      return 'the ring has changed';
    case 'cancelled':
      return 'cancelled, the ring is as before';
    default:
      return unreachable(step);
  }
}
