import { leafRunsOf, type LeafRun } from '../grid/leaf-runs.js';
import type { Namespace, NodeId } from '../metadata/cluster-metadata.js';
import type { Placement } from '../ring/placement.js';
import type { Ring } from '../ring/ring.js';
import { cutsOf } from './owner-ranges.js';

/** Two rings, and how copies are placed on them. */
export interface GainView {
  readonly ring: Ring;
  readonly placementOf: (namespace: Namespace) => Placement;
  readonly planned:
    { readonly ring: Ring; readonly placementOf: (namespace: Namespace) => Placement } | undefined;
}

/** The slots of a namespace that a node owns after the plan and does not own now; also while the plan is only prepared. */
export function gainedRuns(
  view: GainView,
  namespace: Namespace,
  nodeId: NodeId,
): readonly LeafRun[] {
  const { planned } = view;
  if (planned === undefined) return [];
  const [now, next] = [view.placementOf(namespace), planned.placementOf(namespace)];
  return cutsOf(view).flatMap(([start, end]) => {
    const gains =
      next.replicaSetOf(start).includes(nodeId) && !now.replicaSetOf(start).includes(nodeId);
    return gains ? leafRunsOf(start, end) : [];
  });
}
