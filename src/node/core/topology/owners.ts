import type { NodeId } from '../metadata/cluster-metadata.js';
import type { Placement } from '../ring/placement.js';
import type { Token } from '../ring/token.js';
import type { PlanStep } from './topology-plan.js';

/** Who holds a token; frozen, and the same object for the same sets. All are in order of preference. */
export interface Owners {
  /** Those of the ring as it is. */
  readonly old: readonly NodeId[];
  /** Those of the ring after the plan; the array `old` when the token does not move. */
  readonly next: readonly NodeId[];
  /** Whom a write goes to: while the token moves, a level must be met among the old ones and among the next ones. */
  readonly write: readonly NodeId[];
  /** Whom a read asks: the old ones, or the next ones in the step `read-new`. */
  readonly read: readonly NodeId[];
}

/** Whether its owners are others after the plan. */
export function isMovingToken(owners: Owners): boolean {
  return owners.old !== owners.next;
}

/** The placement of one namespace after a plan, and how far that is. */
export interface PlannedPlacement {
  readonly placement: Placement;
  readonly step: PlanStep;
}

/** The owners of every token of one namespace, now and after the plan that runs. */
export class OwnerMap {
  readonly #now: Placement;
  readonly #planned: PlannedPlacement | undefined;
  // A placement gives the same array for the same set, so that pairs of arrays are pairs of sets.
  readonly #pairs = new WeakMap<readonly NodeId[], WeakMap<readonly NodeId[], Owners>>();

  constructor(now: Placement, planned: PlannedPlacement | undefined) {
    this.#now = now;
    this.#planned = planned?.step === 'prepare' ? undefined : planned;
  }

  ownersOf(token: Token): Owners {
    const old = this.#now.replicaSetOf(token);
    return this.#pair(old, this.#planned?.placement.replicaSetOf(token) ?? old);
  }

  #pair(old: readonly NodeId[], next: readonly NodeId[]): Owners {
    let known = this.#pairs.get(old);
    if (known === undefined) {
      known = new WeakMap();
      this.#pairs.set(old, known);
    }
    let owners = known.get(next);
    if (owners === undefined) {
      owners = this.#make(old, next);
      known.set(next, owners);
    }
    return owners;
  }

  #make(old: readonly NodeId[], next: readonly NodeId[]): Owners {
    // The same nodes in another order of preference are the same owners.
    const gained = next.filter((nodeId) => !old.includes(nodeId));
    if (gained.length === 0 && old.length === next.length)
      return Object.freeze({ old, next: old, write: old, read: old });
    const write = Object.freeze([...old, ...gained]);
    const read = this.#planned?.step === 'read-new' ? next : old;
    return Object.freeze({ old, next, write, read });
  }
}
