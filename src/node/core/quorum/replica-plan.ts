import type { NodeId } from '../metadata/cluster-metadata.js';

/** One place where a copy belongs. */
interface PlannedReplica {
  readonly nodeId: NodeId;
  readonly dc: string;
}

/**
 * Where the copies of a key belong, and the epoch that says so: frozen, so that one request sees one plan from begin to end.
 * All keys with the same replicas share a plan. A replica is named by its position in `replicas` in everything that counts.
 */
export interface ReplicaPlan {
  /** Metadata epoch that it was computed from; replicas refuse it once the placement has changed since. */
  readonly epoch: number;
  /** Id of the namespace. */
  readonly namespace: number;
  /** In preference order; the first is the primary. */
  readonly replicas: readonly PlannedReplica[];
}

/** A frozen plan; the parts are copied, so that nothing reaches into it later. */
export function makeReplicaPlan(parts: ReplicaPlan): ReplicaPlan {
  return Object.freeze({
    epoch: parts.epoch,
    namespace: parts.namespace,
    replicas: Object.freeze(parts.replicas.map(({ nodeId, dc }) => Object.freeze({ nodeId, dc }))),
  });
}
