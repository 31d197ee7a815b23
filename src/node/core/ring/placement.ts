import { ReplicaWalk } from './replica-walk.js';
import type { Ring } from './ring.js';
import type { Token } from './token.js';
import { type DataCentre, dataCentresOf } from './topology.js';

/** How many copies each data centre keeps, by its name; one that is not named keeps none. */
export type Replication = Readonly<Record<string, number>>;

/**
 * Which nodes hold a token, on one ring under one replication.
 *
 * The rule, for each data centre by itself: walk the ring clockwise from the token. Take the first node of every rack
 * that has none yet; when all racks have one, begin again and take the first node of every host that has none yet; when
 * all hosts have one, begin again and take the nodes that are left; stop at the replication factor, or when the data
 * centre has no more nodes. So racks, then hosts, are preferences, and never a reason to keep fewer copies than there
 * are nodes; and with as many racks as copies there is one copy in each rack.
 *
 * The rule is monotone: the nodes of a set after a node was added are among the old ones and the new one. (It is the
 * greedy choice of a basis of a laminar matroid, racks over hosts over nodes, by walking distance.)
 *
 * A set is in order of preference: that of the choice within a data centre, the owner's data centre first, the others
 * as the walk meets them. Sets are frozen; the same set is the same array.
 */
export class Placement {
  readonly #ring: Ring;
  readonly #nodeIds: readonly string[];
  readonly #centres: readonly CentreWalk[];
  // Sets are made when they are first asked for: a new epoch costs a big cluster nothing at once.
  readonly #byRange: (readonly string[] | undefined)[];
  readonly #interned = new Map<string, readonly string[]>();

  private constructor(ring: Ring, replication: Replication) {
    this.#ring = ring;
    this.#nodeIds = ring.members.map((member) => member.nodeId);
    this.#byRange = new Array<undefined>(ring.size).fill(undefined);
    // Only nodes with tokens are eligible: a node without is met by no walk.
    const eligible = [...ring.members.keys()].filter((i) => ring.members[i]!.tokens.length > 0);
    const places = eligible.map((i) => ring.members[i]!);
    this.#centres = dataCentresOf(places)
      .filter((dc) => (replication[dc.name] ?? 0) > 0)
      .map((dc) =>
        centreWalk(ring, { ...dc, members: dc.members.map((i) => eligible[i]!) }, replication),
      );
  }

  static of(ring: Ring, replication: Replication): Placement {
    return new Placement(ring, replication);
  }

  /** The replicas of a token, in order of preference: min(factor, eligible nodes) of each data centre. */
  replicaSetOf(token: Token): readonly string[] {
    return this.replicaSetAt(this.#ring.rangeIndexOf(token));
  }

  /** The replicas of all tokens in the range of this index. */
  replicaSetAt(rangeIndex: number): readonly string[] {
    this.#byRange[rangeIndex] ??= this.#intern(this.#choose(rangeIndex));
    return this.#byRange[rangeIndex];
  }

  #choose(rangeIndex: number): readonly number[] {
    const chosen: number[] = [];
    for (const { dc, walk, firstEntry } of this.#byDistance(rangeIndex)) {
      walk.from(firstEntry[rangeIndex]!);
      for (const node of walk.nodes) chosen.push(dc.members[node]!);
    }
    return chosen;
  }

  #byDistance(rangeIndex: number): readonly CentreWalk[] {
    if (this.#centres.length < 2) return this.#centres;
    const steps = ({ ringIndexOf, firstEntry }: CentreWalk): number => {
      const distance = ringIndexOf[firstEntry[rangeIndex]!]! - rangeIndex;
      return distance < 0 ? distance + this.#ring.size : distance;
    };
    return this.#centres.toSorted((a, b) => steps(a) - steps(b));
  }

  #intern(chosen: readonly number[]): readonly string[] {
    const key = chosen.join();
    let set = this.#interned.get(key);
    if (set === undefined) {
      set = Object.freeze(chosen.map((member) => this.#nodeIds[member]!));
      this.#interned.set(key, set);
    }
    return set;
  }
}

/** The replicas of one token; for many, keep a `Placement`. */
export function replicasOf(ring: Ring, token: Token, replication: Replication): readonly string[] {
  return Placement.of(ring, replication).replicaSetOf(token);
}

/** One data centre, ready to be walked from any range of the whole ring. */
interface CentreWalk {
  readonly dc: DataCentre;
  readonly walk: ReplicaWalk;
  /** For each entry of the centre's circle, the index of the range that it owns. */
  readonly ringIndexOf: Int32Array;
  /** For each range of the ring, the first entry of the circle at or after its owner. */
  readonly firstEntry: Int32Array;
}

function centreWalk(ring: Ring, dc: DataCentre, replication: Replication): CentreWalk {
  const numberOf = new Map(dc.members.map((member, number) => [member, number]));
  const firstEntry = new Int32Array(ring.size);
  const ringIndexes: number[] = [];
  const owners: number[] = [];
  for (let index = 0; index < ring.size; index++) {
    firstEntry[index] = owners.length;
    const number = numberOf.get(ring.ownerOfRange(index));
    if (number === undefined) continue;
    ringIndexes.push(index);
    owners.push(number);
  }
  const next = Int32Array.from(owners, (_, i) => (i + 1) % owners.length);
  for (let i = ring.size - 1; i >= 0 && firstEntry[i] === owners.length; i--) firstEntry[i] = 0;
  return {
    dc,
    walk: new ReplicaWalk(
      dc,
      { owners: Uint16Array.from(owners), next },
      replication[dc.name] ?? 0,
    ),
    ringIndexOf: Int32Array.from(ringIndexes),
    firstEntry,
  };
}
