import { leafRunsOf, leavesIn, type LeafRun } from '../core/grid/leaf-runs.js';
import { LIMITS } from '../core/limits.js';
import type { ClusterMetadata, NodeId } from '../core/metadata/cluster-metadata.js';
import { unknownNamespace } from '../core/metadata/namespaces.js';
import { unknownNode } from '../core/metadata/unknown-node.js';
import { repairGroups, type RepairGroup } from '../core/repair/repair-groups.js';
import { RING_SIZE, SLOT_SIZE, slotOf, tokenOf } from '../core/ring/token.js';
import type { RepairPlanView, RepairScope } from '../core/views/repair-views.js';
import type { ClusterView } from '../services.js';

/** The groups that a scope means. @throws KvError KV_USAGE for a node, KV_NAMESPACE_UNKNOWN for a namespace that does not exist */
export function groupsInScope(view: ClusterView, scope: RepairScope): readonly RepairGroup[] {
  const { metadata } = view;
  const owner = scope.node === undefined ? undefined : nodeIdOf(metadata, scope.node);
  const within = slotsOf(scope);
  const named = metadata.namespaces.filter(
    ({ name }) => scope.namespace === undefined || name === scope.namespace,
  );
  if (named.length === 0)
    throw unknownNamespace(
      metadata.namespaces.map(({ name }) => name),
      scope.namespace ?? '',
    );
  return named.flatMap((namespace) => repairGroups(view, namespace, { owner, within }));
}

/** What a repair of these groups would find now. */
export function planOf(
  groups: readonly RepairGroup[],
  isAlive: (nodeId: NodeId) => boolean,
  nameOf: (nodeId: NodeId) => string,
): RepairPlanView {
  const ranges = (some: readonly RepairGroup[]): number =>
    some.reduce((sum, group) => sum + group.ranges, 0);
  const alive = ({ owners }: RepairGroup): number => owners.filter(isAlive).length;
  const owners = [...new Set(groups.flatMap((group) => group.owners))].map((nodeId) => ({
    node: nameOf(nodeId),
    ranges: ranges(groups.filter((group) => group.owners.includes(nodeId))),
    alive: isAlive(nodeId),
  }));
  return {
    ranges: ranges(groups),
    slots: groups.reduce((sum, { runs }) => sum + leavesIn(runs), 0),
    partial: ranges(groups.filter((group) => alive(group) < group.owners.length)),
    // A single owner that is there is equal to itself; what nobody holds now cannot be called so.
    blocked: ranges(groups.filter((group) => alive(group) < Math.min(2, group.owners.length))),
    owners: owners.sort((a, b) => (a.node < b.node ? -1 : 1)),
    bytesPerSecond: LIMITS.repairBytesPerSecond,
  };
}

function nodeIdOf({ members }: ClusterMetadata, name: string): NodeId {
  const present = members.filter(({ state }) => state !== 'removed');
  const found = present.find((member) => member.name === name || member.nodeId === name);
  if (found !== undefined) return found.nodeId;
  throw unknownNode(
    name,
    present.map((member) => member.name),
  );
}

/** The slots that meet a range, or that of a key; of both, when both are given. */
function slotsOf({ range, key }: RepairScope): readonly LeafRun[] | undefined {
  const ofRange = range && slotsIn(range);
  if (key === undefined) return ofRange;
  const slot = slotOf(tokenOf(key));
  const isMeant =
    ofRange === undefined || ofRange.some(({ from, to }) => from <= slot && slot < to);
  return isMeant ? [{ from: slot, to: slot + 1 }] : [];
}

/** All slots that a range meets. */
function slotsIn({ start, end }: NonNullable<RepairScope['range']>): readonly LeafRun[] {
  const [first, last] = [slotStart(start), slotEnd(end)];
  // It goes round the whole ring, and ends in the slot in which it begins.
  return end <= start && first < last ? leafRunsOf(0, 0) : leafRunsOf(first, last);
}

function slotStart(token: number): number {
  return token - (token % SLOT_SIZE);
}

function slotEnd(token: number): number {
  return slotStart(token + SLOT_SIZE - 1) % RING_SIZE;
}
