import type { ClusterMetadata, Member, NodeId } from './cluster-metadata.js';

/** How many of so many voters decide: more than half. */
export function majority(voters: number): number {
  return Math.floor(voters / 2) + 1;
}

/** How many voters a cluster of so many members should have: one until a third member makes a majority of many useful. */
export function voterCountFor(members: number): number {
  if (members >= 5) return 5;
  return members >= 3 ? 3 : 1;
}

/**
 * The voters that the membership asks for, sorted by id: spread over data centres, then racks, then hosts, elders first.
 * It does not depend on who votes now, so that all nodes aim at the same set and reach it.
 */
export function targetVoters(members: readonly Member[]): readonly NodeId[] {
  const candidates = members.filter((member) => member.state === 'normal');
  const count = Math.min(voterCountFor(candidates.length), candidates.length);
  const chosen: Member[] = [];
  while (chosen.length < count) {
    const rest = candidates.filter((member) => !chosen.includes(member));
    chosen.push(rest.reduce((best, next) => (isBetter(next, best, chosen) ? next : best)));
  }
  return chosen.map((member) => member.nodeId).sort();
}

/** The voters of the next entry on the way to the target, one voter changed; undefined when there is nothing to do. */
export function nextVoters(state: ClusterMetadata): readonly NodeId[] | undefined {
  const target = targetVoters(state.members);
  if (target.length === 0) return undefined;
  const missing = target.find((id) => !state.voters.includes(id));
  const surplus = surplusVoter(state, target);
  if (missing === undefined && surplus === undefined) return undefined;
  // A newcomer takes the place of one that goes, so that an odd number stays odd.
  const kept = state.voters.filter((id) => id !== surplus);
  return (missing === undefined ? kept : [...kept, missing]).sort();
}

/** The voter to give up first: one that is no longer a normal member before one that is only placed badly. */
function surplusVoter(state: ClusterMetadata, target: readonly NodeId[]): NodeId | undefined {
  const surplus = state.voters.filter((id) => !target.includes(id));
  const normal = new Set(
    state.members.filter((member) => member.state === 'normal').map((member) => member.nodeId),
  );
  return surplus.find((id) => !normal.has(id)) ?? surplus[0];
}

function isBetter(a: Member, b: Member, chosen: readonly Member[]): boolean {
  const crowding = (member: Member): readonly number[] => [
    chosen.filter((other) => other.dc === member.dc).length,
    chosen.filter((other) => other.dc === member.dc && other.rack === member.rack).length,
    chosen.filter((other) => other.host === member.host).length,
    member.joinedEpoch,
  ];
  const [left, right] = [crowding(a), crowding(b)];
  const at = left.findIndex((value, i) => value !== right[i]);
  if (at === -1) return a.nodeId < b.nodeId;
  return left[at]! < right[at]!;
}
