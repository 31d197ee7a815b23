import type { NodeId } from '../metadata/cluster-metadata.js';
import type { PlannedChange } from './topology-plan.js';

/** The dead nodes that a plan does without where too few of the others are left: what only they had is lost. */
export function forgottenIn(changes: readonly PlannedChange[] = []): ReadonlySet<NodeId> {
  return new Set(
    changes.flatMap((one) =>
      one.kind === 'leave' && one.isForgotten === true ? [one.nodeId] : [],
    ),
  );
}
