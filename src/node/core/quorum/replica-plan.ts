import type { NodeId } from '../metadata/cluster-metadata.js';

/** One place where a copy belongs. */
interface PlannedReplica {
  readonly nodeId: NodeId;
  readonly dc: string;
  /** It is dead, and the plan that changes the ring does without it. */
  readonly isForgotten?: boolean | undefined;
}

/** The two sets of owners of a key that moves from the one to the other: those of the ring as it is, and those of the ring after the plan. */
export type OwnerSet = 'old' | 'next';

/** How a key moves: which places of the plan belong to which owners. Whoever keeps its copy is in both. */
export interface PlannedMove {
  readonly old: readonly number[];
  readonly next: readonly number[];
  /** Whose copies are whole: the old ones while the data is moved, then the next ones. */
  readonly reads: OwnerSet;
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
  /** Those that a write goes to, in preference order; the first is the primary. */
  readonly replicas: readonly PlannedReplica[];
  /** Only while the key moves. */
  readonly move?: PlannedMove | undefined;
}

/** A frozen plan; the parts are copied, so that nothing reaches into it later. */
export function makeReplicaPlan({ epoch, namespace, replicas, move }: ReplicaPlan): ReplicaPlan {
  return Object.freeze({
    epoch,
    namespace,
    replicas: Object.freeze(replicas.map((replica) => Object.freeze({ ...replica }))),
    move: move && frozenMove(move),
  });
}

function frozenMove({ old, next, reads }: PlannedMove): PlannedMove {
  return Object.freeze({ old: Object.freeze([...old]), next: Object.freeze([...next]), reads });
}
