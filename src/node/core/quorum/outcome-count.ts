import type { ReplicaOutcome } from './replica-outcome.js';
import type { QuorumGroup, Requirement } from './requirement.js';

type Matches = (outcome: ReplicaOutcome) => boolean;

/** How many members of the group came to an outcome that matches. */
export function countIn(
  { members }: QuorumGroup,
  outcomes: readonly ReplicaOutcome[],
  matches: Matches,
): number {
  return members.filter((member) => matches(outcomes[member]!)).length;
}

/** The first group without its number of matching outcomes; the last when all have it, as when the deadline passed on other grounds. */
export function shortGroup(
  { groups }: Requirement,
  outcomes: readonly ReplicaOutcome[],
  matches: Matches,
): QuorumGroup {
  const short = groups.find((group) => countIn(group, outcomes, matches) < group.needed);
  return short ?? groups[groups.length - 1]!;
}

/** The replica has not replied. */
export const isPending: Matches = (outcome) => outcome.kind === 'pending';

/** The replica, or the queue towards it, was full. */
export const wasOverloaded: Matches = (outcome) =>
  outcome.kind === 'replied' &&
  outcome.reply.kind === 'failed' &&
  outcome.reply.code === 'KV_OVERLOADED';

/** The disk of the replica is nearly full. */
export const wasRefusedByDisk: Matches = (outcome) =>
  outcome.kind === 'replied' &&
  outcome.reply.kind === 'failed' &&
  outcome.reply.code === 'KV_DISK_FULL';

/** The copy does not match its checksum. */
export const wasCorrupt: Matches = (outcome) =>
  outcome.kind === 'replied' && outcome.reply.kind === 'corrupt';

/** The replica confirmed a write. */
export const wasConfirmed: Matches = (outcome) =>
  outcome.kind === 'replied' && outcome.reply.kind === 'written';

/** The replica answered a read. */
export const wasAnswered: Matches = (outcome) =>
  outcome.kind === 'replied' && (outcome.reply.kind === 'value' || outcome.reply.kind === 'digest');
