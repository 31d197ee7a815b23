import { murmur3_x86_32 } from '../../../stdx/murmur3.js';
import { utf8Encode } from '../../../stdx/bytes.js';
import { leafRunsOf, type LeafRun } from '../grid/leaf-runs.js';
import type { NodeId } from '../metadata/cluster-metadata.js';
import type { Placement } from '../ring/placement.js';
import type { Ring } from '../ring/ring.js';

/** Slots of one namespace that have the same owners: what one repair goes over. */
export interface RepairGroup {
  readonly namespace: number;
  /** Sorted. */
  readonly owners: readonly NodeId[];
  readonly runs: readonly LeafRun[];
}

/** Runs of slots that are repaired together at most: more of them with the same owners are another group. */
const RUNS_MOST = 64;

/** The slots that a node owns, by their owners, in the order of the ring. */
export function repairGroups(
  {
    ring,
    placement,
    namespace,
  }: { readonly ring: Ring; readonly placement: Placement; readonly namespace: number },
  ownId: NodeId,
): readonly RepairGroup[] {
  const open = new Map<string, { readonly owners: readonly NodeId[]; readonly runs: LeafRun[] }>();
  const groups: { readonly owners: readonly NodeId[]; readonly runs: LeafRun[] }[] = [];
  for (const { index, start, end } of ring.ranges()) {
    const set = placement.replicaSetAt(index);
    if (!set.includes(ownId)) continue;
    const owners = set.toSorted();
    const key = owners.join();
    let group = open.get(key);
    if (group === undefined || group.runs.length >= RUNS_MOST) {
      group = { owners, runs: [] };
      open.set(key, group);
      groups.push(group);
    }
    group.runs.push(...leafRunsOf(start, end));
  }
  return groups.map(({ owners, runs }) => ({ namespace, owners, runs }));
}

/**
 * Who of the owners that are alive drives the repair of a group: one that all of them agree on, another one for each group,
 * so that nobody does it twice and the work is shared.
 */
export function driverOf(
  { owners, runs }: RepairGroup,
  isAlive: (nodeId: NodeId) => boolean,
): NodeId | undefined {
  const alive = owners.filter(isAlive);
  const lot = murmur3_x86_32(utf8Encode(`${owners.join()} ${runs[0]?.from ?? 0}`), 0);
  return alive[lot % Math.max(1, alive.length)];
}
