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
  /** Ranges of the ring that these are. */
  readonly ranges: number;
}

/** Runs of slots that are repaired together at most: more of them with the same owners are another group. */
const RUNS_MOST = 64;

/** Which slots are meant: all that are named must hold. */
export interface GroupScope {
  readonly owner?: NodeId | undefined;
  /** Ascending. */
  readonly within?: readonly LeafRun[] | undefined;
}

interface OpenGroup {
  readonly owners: readonly NodeId[];
  readonly runs: LeafRun[];
  ranges: number;
}

/** The slots of a namespace, by their owners, in the order of the ring. */
export function repairGroups(
  {
    ring,
    placement,
    namespace,
  }: { readonly ring: Ring; readonly placement: Placement; readonly namespace: number },
  { owner, within }: GroupScope,
): readonly RepairGroup[] {
  const open = new Map<string, OpenGroup>();
  const groups: OpenGroup[] = [];
  for (const { index, start, end } of ring.ranges()) {
    const set = placement.replicaSetAt(index);
    if (owner !== undefined && !set.includes(owner)) continue;
    const runs = cutTo(leafRunsOf(start, end), within);
    if (runs.length === 0) continue;
    const owners = set.toSorted();
    const key = owners.join();
    let group = open.get(key);
    if (group === undefined || group.runs.length >= RUNS_MOST) {
      group = { owners, runs: [], ranges: 0 };
      open.set(key, group);
      groups.push(group);
    }
    group.runs.push(...runs);
    group.ranges += 1;
  }
  return groups.map((group) => ({ namespace, ...group }));
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

function cutTo(
  runs: readonly LeafRun[],
  within: readonly LeafRun[] | undefined,
): readonly LeafRun[] {
  if (within === undefined) return runs;
  return runs.flatMap((run) =>
    within.flatMap((one) => {
      const [from, to] = [Math.max(run.from, one.from), Math.min(run.to, one.to)];
      return from < to ? [{ from, to }] : [];
    }),
  );
}
