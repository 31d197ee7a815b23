import { murmur3_x86_32 } from '../../../stdx/murmur3.js';
import { utf8Encode } from '../../../stdx/bytes.js';
import { leafRunsOf, type LeafRun } from '../grid/leaf-runs.js';
import type { Namespace, NodeId } from '../metadata/cluster-metadata.js';
import type { RangeView } from '../topology/owner-ranges.js';
import { isMovingToken } from '../topology/owners.js';
import { repairRanges } from './repair-ranges.js';

/** Slots of one namespace that have the same owners: what one repair goes over. */
export interface RepairGroup {
  readonly namespace: number;
  /** Sorted; of slots that move the old ones and the next ones. */
  readonly owners: readonly NodeId[];
  readonly runs: readonly LeafRun[];
  /** Ranges of the ring that these are. */
  readonly ranges: number;
  /** Present when a plan moves the slots: nothing of them may be forgotten then, for some owners have only a part of them. */
  readonly isMoving?: boolean | undefined;
}

/** Runs of slots that are repaired together at most: more of them with the same owners are another group. */
const RUNS_MOST = 64;

/** Which slots are meant: all that are named must hold. */
export interface GroupScope {
  readonly owner?: NodeId | undefined;
  /** Ascending. */
  readonly within?: readonly LeafRun[] | undefined;
}

interface OpenGroup extends Omit<RepairGroup, 'namespace'> {
  readonly runs: LeafRun[];
  ranges: number;
}

/** The slots of a namespace, by their owners, in the order of the ring; while they move their owners are all that writes go to. */
export function repairGroups(
  view: RangeView,
  namespace: Namespace,
  { owner, within }: GroupScope,
): readonly RepairGroup[] {
  const open = new Map<string, OpenGroup>();
  const groups: OpenGroup[] = [];
  for (const { start, end, owners: held } of repairRanges(view, namespace)) {
    if (owner !== undefined && !held.write.includes(owner)) continue;
    const runs = cutTo(leafRunsOf(start, end), within);
    if (runs.length === 0) continue;
    const isMoving = isMovingToken(held);
    const owners = held.write.toSorted();
    const key = `${owners.join()} ${isMoving}`;
    let group = open.get(key);
    if (group === undefined || group.runs.length >= RUNS_MOST) {
      group = { owners, runs: [], ranges: 0, ...(isMoving ? { isMoving } : {}) };
      open.set(key, group);
      groups.push(group);
    }
    group.runs.push(...runs);
    group.ranges += 1;
  }
  return groups.map((group) => ({ namespace: namespace.id, ...group }));
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
