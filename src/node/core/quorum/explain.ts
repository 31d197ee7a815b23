import type { ReplicaReport } from '../errors.js';
import { KvError } from '../errors.js';
import { isAlive, reportSighting, type ReplicaSighting } from './replica-outcome.js';
import type { OwnerSet } from './replica-plan.js';
import type { QuorumGroup, Requirement } from './requirement.js';

export type OperationKind = 'read' | 'write';

/** A group that cannot be met by the replicas that are alive, by position in the plan; undefined when every group can be. */
export function findUnavailable(
  requirement: Requirement,
  alive: readonly boolean[],
): QuorumGroup | undefined {
  for (const group of requirement.groups) {
    let count = 0;
    for (const member of group.members) if (alive[member] === true) count += 1;
    if (count < group.needed) return group;
  }
  return undefined;
}

/** KV_UNAVAILABLE in words: `unavailable: write needs 2 of 3 replicas, 1 is alive (n1 alive, n2 down 14s, n3 down 2s)`. */
export function unavailable(
  operation: OperationKind,
  group: QuorumGroup,
  sightings: readonly ReplicaSighting[],
): KvError {
  const members = group.members.map((member) => sightings[member]!);
  const states = members.map(describeSighting).join(', ');
  return new KvError(
    'KV_UNAVAILABLE',
    `unavailable: ${operation} needs ${describeNeed(group)}, ${areAlive(aliveIn(group, sightings))} (${states})`,
    { outcome: 'not_applied', replicas: members.map(reportSighting), hints: ['kv status'] },
  );
}

/** `2 of 3 replicas`, with the data centre when the group is one; `2 of 3 of the new owners` while they are moved. */
export function describeNeed({ dc, needed, members, of }: QuorumGroup): string {
  const where = dc === undefined ? '' : ` in data centre ${dc}`;
  const replicas = members.length === 1 ? 'replica' : 'replicas';
  return `${needed} of ${members.length} ${of === undefined ? replicas : OWNERS[of]}${where}`;
}

const OWNERS: Readonly<Record<OwnerSet, string>> = {
  old: 'of the old owners',
  next: 'of the new owners',
};

/** `n1 ok 1.2ms, n2 no answer in 2.0s`: every replica with what it did. */
export function describeReports(reports: readonly ReplicaReport[]): string {
  return reports
    .map(({ node, state, detail }) => `${node} ${state}${detail === undefined ? '' : ` ${detail}`}`)
    .join(', ');
}

function aliveIn({ members }: QuorumGroup, sightings: readonly ReplicaSighting[]): number {
  return members.filter((member) => isAlive(sightings[member]!)).length;
}

function areAlive(count: number): string {
  return count === 1 ? '1 is alive' : `${count} are alive`;
}

function describeSighting(sighting: ReplicaSighting): string {
  if (isAlive(sighting)) return `${sighting.name} alive`;
  const { node, state, detail } = reportSighting(sighting);
  return detail === undefined ? `${node} ${state}` : `${node} ${state} ${detail}`;
}
