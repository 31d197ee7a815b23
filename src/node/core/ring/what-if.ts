import type { NodeId } from '../metadata/cluster-metadata.js';
import { stateAfter } from '../topology/planned-state.js';
import { type LayoutMember, ringOf, type RingLayout } from './ring-layout.js';
import { allocateTokens } from './token-allocation.js';
import type { Place } from './topology.js';

/** A change of the members that nobody has made. */
export interface WhatIf {
  readonly remove: readonly NodeId[];
  readonly add: readonly (Place & { readonly name: string })[];
  /** Tokens of each node that is added. */
  readonly vnodes: number;
}

/**
 * The cluster as it would be: some leave, then others join one after the other, with tokens that are chosen as in a real cluster.
 * The name of a node that joins is its id; `random` gives numbers in [0, 1).
 */
export function layoutAfter(
  layout: RingLayout,
  { remove, add, vnodes }: WhatIf,
  random: () => number,
): RingLayout {
  const leaves = remove.map((nodeId) => ({ kind: 'leave', nodeId, isDead: false }) as const);
  const left = stateAfter(layout, leaves);
  return add.reduce<RingLayout>((state, newcomer) => {
    const replication = { [newcomer.dc]: state.settings.defaultReplicationFactor };
    const ring = ringOf(state);
    const tokens = allocateTokens({ ring, newcomer, count: vnodes, replication, random });
    const member: LayoutMember = { ...newcomer, nodeId: newcomer.name, state: 'normal', tokens };
    return { ...state, members: [...state.members, member] };
  }, left);
}
