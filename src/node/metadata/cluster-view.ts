import type { ClusterMetadata, Namespace } from '../core/metadata/cluster-metadata.js';
import { canonicalJson } from '../core/metadata/canonical-json.js';
import { effectiveReplication, ringMembers } from '../core/metadata/replication.js';
import { Placement } from '../core/ring/placement.js';
import { Ring } from '../core/ring/ring.js';
import { OwnerMap } from '../core/topology/owners.js';
import { stateAfter } from '../core/topology/planned-state.js';
import type { ClusterView, PlannedView } from '../services.js';

/** A view that can hand its ring and placements on to the next epoch. */
export interface DerivedView extends ClusterView {
  readonly placements: Map<string, Placement>;
}

/**
 * The view of one state, frozen. The ring and the placements of the view before are kept when the entries between have
 * not changed who owns what, so that an epoch which changes voters or addresses costs nothing.
 */
export function clusterViewOf(metadata: ClusterMetadata, before?: DerivedView): DerivedView {
  const same = before !== undefined && isSamePlacement(before.metadata, metadata);
  const ring = same ? before.ring : Ring.of(ringMembers(metadata));
  const placements = same ? before.placements : new Map<string, Placement>();
  const placementOf = placementsOf(metadata, ring, placements);
  const planned =
    same && isSamePlan(before.metadata, metadata) ? before.planned : plannedOf(metadata);
  // Asked for by every request: a look-up by the object, which lives as long as the state it is part of.
  const maps = new WeakMap<Namespace, OwnerMap>();
  const mapOf = (namespace: Namespace): OwnerMap => {
    let map = maps.get(namespace);
    if (map === undefined) {
      const { plan } = metadata;
      const after = planned?.placementOf(namespace);
      const next = after && plan ? { placement: after, step: plan.step } : undefined;
      map = new OwnerMap(placementOf(namespace), next);
      maps.set(namespace, map);
    }
    return map;
  };
  return Object.freeze({
    metadata: deepFreeze(metadata),
    ring,
    placements,
    placementOf,
    planned,
    ownersOf: (namespace, token) => mapOf(namespace).ownersOf(token),
  } satisfies DerivedView);
}

/** Placements under each namespace's replication; `known` has those that were made before, by what they depend on. */
function placementsOf(
  metadata: ClusterMetadata,
  ring: Ring,
  known: Map<string, Placement>,
): ClusterView['placementOf'] {
  const byNamespace = new WeakMap<Namespace, Placement>();
  return (namespace) => {
    const seen = byNamespace.get(namespace);
    if (seen !== undefined) return seen;
    const replication = effectiveReplication(metadata, namespace);
    const key = canonicalJson(replication);
    let placement = known.get(key);
    if (placement === undefined) {
      placement = Placement.of(ring, replication);
      known.set(key, placement);
    }
    byNamespace.set(namespace, placement);
    return placement;
  };
}

function plannedOf(metadata: ClusterMetadata): PlannedView | undefined {
  if (metadata.plan === undefined) return undefined;
  const after = stateAfter(metadata, metadata.plan.changes);
  const ring = Ring.of(ringMembers(after));
  const placementOf = placementsOf(after, ring, new Map());
  return Object.freeze({
    ring,
    // Asked with a namespace as it is now; the plan may give it other copies.
    placementOf: (namespace: Namespace) =>
      placementOf(after.namespaces.find(({ id }) => id === namespace.id) ?? namespace),
  });
}

function isSamePlacement(before: ClusterMetadata, after: ClusterMetadata): boolean {
  return before.clusterId === after.clusterId && before.placementEpoch === after.placementEpoch;
}

/** Whether what the plan makes of the ring is the same: it depends on members and namespaces too. */
function isSamePlan(before: ClusterMetadata, after: ClusterMetadata): boolean {
  return (
    before.plan?.id === after.plan?.id &&
    before.members === after.members &&
    before.namespaces === after.namespaces
  );
}

/** States share most of their parts, and a part that is frozen is frozen to its leaves. */
function deepFreeze<T extends object>(value: T): T {
  if (Object.isFrozen(value)) return value;
  const parts: readonly unknown[] = Object.values(value);
  for (const part of parts) if (typeof part === 'object' && part !== null) deepFreeze(part);
  return Object.freeze(value);
}
