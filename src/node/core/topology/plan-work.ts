import { murmur3_x86_32 } from '../../../stdx/murmur3.js';
import { utf8Encode } from '../../../stdx/bytes.js';
import { leafRunsOf, type LeafRun } from '../grid/leaf-runs.js';
import type { NodeId } from '../metadata/cluster-metadata.js';
import type { Owners } from './owners.js';
import type { OwnedRange } from './owner-ranges.js';

/** Slots of one namespace that move in the same way: from the same owners to the same ones. */
export interface MovingGroup {
  readonly namespace: number;
  readonly owners: Owners;
  readonly runs: readonly LeafRun[];
  /** Pieces of the ring that these are. */
  readonly ranges: number;
}

/** Runs of slots that are moved together at most: what is under way is ended between groups. */
const RUNS_MOST = 64;

/** What of a namespace moves, in the order of the ring. */
export function movingGroups(
  namespace: number,
  ranges: Iterable<OwnedRange>,
): readonly MovingGroup[] {
  const open = new Map<Owners, { runs: LeafRun[]; ranges: number }>();
  const groups: { owners: Owners; runs: LeafRun[]; ranges: number }[] = [];
  for (const { start, end, owners } of ranges) {
    if (owners.old === owners.next) continue;
    let group = open.get(owners);
    if (group === undefined || group.runs.length >= RUNS_MOST) {
      const fresh = { owners, runs: [], ranges: 0 };
      open.set(owners, fresh);
      groups.push(fresh);
      group = fresh;
    }
    group.runs.push(...leafRunsOf(start, end));
    group.ranges += 1;
  }
  return groups.map((group) => ({ namespace, ...group }));
}

/** Those that hold a copy after the plan and did not before. */
function gainersOf({ old, next }: Owners): readonly NodeId[] {
  return next.filter((nodeId) => !old.includes(nodeId));
}

/**
 * Who moves a group: one of those that gain it, so that most of what is moved goes over the network once. Undefined when nobody gains it, as
 * where copies become fewer: whoever drives the plan makes the owners equal then.
 */
export function moverOf({ owners, runs }: MovingGroup): NodeId | undefined {
  const gainers = gainersOf(owners).toSorted();
  if (gainers.length === 0) return undefined;
  const lot = murmur3_x86_32(utf8Encode(`${gainers.join()} ${runs[0]?.from ?? 0}`), 0);
  return gainers[lot % gainers.length];
}
