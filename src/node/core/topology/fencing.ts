import type { NodeId } from '../metadata/cluster-metadata.js';
import type { Owners } from './owners.js';

/** Where members stand, and what is known of each. */
export interface OwnerFacts {
  readonly dcOf: (nodeId: NodeId) => string;
  /** Whether a node fulfils what is asked: has applied an epoch, or takes part in a repair. */
  readonly does: (nodeId: NodeId) => boolean;
  /** Whether a node is dead and forgotten by the plan. */
  readonly isForgotten: (nodeId: NodeId) => boolean;
}

/**
 * Whether no quorum of the owners is left that does not: of the old ones and of the next ones, in each data centre, all but fewer than a quorum do.
 * Asked whether they have applied an epoch, it is the barrier of a step: a request that was planned before finds no quorum any more that would
 * take it, neither of all owners nor of those of one data centre. Where only dead nodes do not that are forgotten, there is nobody left to ask: what they
 * would still do is given up.
 */
export function isFenced(owners: Owners, facts: OwnerFacts): boolean {
  return [owners.old, owners.next].every((set) =>
    byCentre(set, facts).every((nodes) => {
      const missing = nodes.filter((nodeId) => !facts.does(nodeId));
      return missing.length < majorityOf(nodes.length) || missing.every(facts.isForgotten);
    }),
  );
}

/**
 * Whether a repair among those that do leaves a moving range such that any quorum of the next owners has all that any quorum of the old
 * ones has acknowledged: all that gain the range take part; of the old ones so many that every quorum has one among them, for then their union
 * holds every write that was acknowledged; and of the next ones so many that those which do not take part make no quorum among themselves.
 *
 * The last one is for fewer copies: of five that become three, two that were away make a quorum of the three, and a write that was acknowledged by the
 * other three is on neither.
 */
export function isCovered(owners: Owners, facts: OwnerFacts): boolean {
  const gainers = owners.next.filter((nodeId) => !owners.old.includes(nodeId));
  return gainers.every(facts.does) && isFenced(owners, facts);
}

function byCentre(set: readonly NodeId[], { dcOf }: OwnerFacts): readonly (readonly NodeId[])[] {
  const centres = [...new Set(set.map(dcOf))];
  return centres.map((dc) => set.filter((nodeId) => dcOf(nodeId) === dc));
}

function majorityOf(count: number): number {
  return Math.floor(count / 2) + 1;
}
