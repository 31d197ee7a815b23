import type { ClusterMetadata, Namespace } from '../core/metadata/cluster-metadata.js';
import { canonicalJson } from '../core/metadata/canonical-json.js';
import { effectiveReplication, ringMembers } from '../core/metadata/replication.js';
import { Placement } from '../core/ring/placement.js';
import { Ring } from '../core/ring/ring.js';
import type { ClusterView } from '../services.js';

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
  // Asked for by every request: a look-up by the object, which lives as long as the state it is part of.
  const byNamespace = new WeakMap<Namespace, Placement>();
  const placementOf = (namespace: Namespace): Placement => {
    const known = byNamespace.get(namespace);
    if (known !== undefined) return known;
    const replication = effectiveReplication(metadata, namespace);
    const key = canonicalJson(replication);
    let placement = placements.get(key);
    if (placement === undefined) {
      placement = Placement.of(ring, replication);
      placements.set(key, placement);
    }
    byNamespace.set(namespace, placement);
    return placement;
  };
  return Object.freeze({ metadata: deepFreeze(metadata), ring, placements, placementOf });
}

function isSamePlacement(before: ClusterMetadata, after: ClusterMetadata): boolean {
  return before.clusterId === after.clusterId && before.placementEpoch === after.placementEpoch;
}

/** States share most of their parts, and a part that is frozen is frozen to its leaves. */
function deepFreeze<T extends object>(value: T): T {
  if (Object.isFrozen(value)) return value;
  const parts: readonly unknown[] = Object.values(value);
  for (const part of parts) if (typeof part === 'object' && part !== null) deepFreeze(part);
  return Object.freeze(value);
}
