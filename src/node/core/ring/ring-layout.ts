import type { Member, Namespace } from '../metadata/cluster-metadata.js';
import { effectiveReplication, ringMembers } from '../metadata/replication.js';
import type { ClusterSettings } from '../settings.js';
import { Placement } from './placement.js';
import { Ring, type RingMember } from './ring.js';

/** As much of a member as says what it owns. */
export type LayoutMember = RingMember & Pick<Member, 'name' | 'state'>;

/** As much of a namespace as says who owns its keys. */
export type LayoutNamespace = Pick<Namespace, 'id' | 'name' | 'replication'>;

/** As much of a cluster as says who owns what; the metadata of a cluster is one. */
export interface RingLayout {
  readonly members: readonly LayoutMember[];
  readonly namespaces: readonly LayoutNamespace[];
  readonly settings: Pick<ClusterSettings, 'defaultReplicationFactor'>;
}

/** A ring, and where the copies of one namespace are on it. */
export interface PlacedRing {
  readonly ring: Ring;
  readonly placement: Placement;
}

/** The members that own ranges, as a ring. */
export function ringOf(layout: Pick<RingLayout, 'members'>): Ring {
  return Ring.of(ringMembers(layout));
}

/** Where the copies of a namespace are. */
export function placedRing(layout: RingLayout, namespace: LayoutNamespace): PlacedRing {
  const ring = ringOf(layout);
  return { ring, placement: Placement.of(ring, effectiveReplication(layout, namespace)) };
}
