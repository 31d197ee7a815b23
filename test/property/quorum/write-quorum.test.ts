import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QuorumGroup, Requirement } from '../../../src/node/core/quorum/requirement.js';
import { WriteQuorum, type ReplicaWriteState } from '../../../src/node/core/quorum/write-quorum.js';
import { arbitraryRequirement } from './arbitraries.js';

type Settled = Extract<ReplicaWriteState, 'confirmed' | 'superseded' | 'failed'>;

const schedules = fc.integer({ min: 1, max: 6 }).chain((replicas) =>
  fc.record({
    replicas: fc.constant(replicas),
    requirement: arbitraryRequirement(replicas),
    asked: fc.array(fc.boolean(), { minLength: replicas, maxLength: replicas }),
    replies: fc.shuffledSubarray(
      Array.from({ length: replicas }, (_, i) => i),
      { minLength: 0, maxLength: replicas },
    ),
    fates: fc.array(fc.constantFrom<Settled>('confirmed', 'superseded', 'failed'), {
      minLength: replicas,
      maxLength: replicas,
    }),
  }),
);

/** Every way in which the replicas of one state may still turn out, tried one by one. */
function reachable(
  { groups }: Requirement,
  states: readonly ReplicaWriteState[],
  open: readonly ReplicaWriteState[],
): boolean {
  const undecided = states.flatMap((state, i) => (open.includes(state) ? [i] : []));
  for (let bits = 0; bits < 1 << undecided.length; bits++) {
    const holders = new Set(
      states.flatMap((state, i) => {
        const at = undecided.indexOf(i);
        return state === 'confirmed' || (at >= 0 && ((bits >> at) & 1) === 1) ? [i] : [];
      }),
    );
    if (groups.every((group) => isMet(group, holders))) return true;
  }
  return false;
}

function isMet({ members, needed }: QuorumGroup, holders: ReadonlySet<number>): boolean {
  return members.filter((member) => holders.has(member)).length >= needed;
}

function oracle(requirement: Requirement, states: readonly ReplicaWriteState[]): string {
  if (reachable(requirement, states, [])) return 'acknowledged';
  if (reachable(requirement, states, ['pending'])) return 'waiting';
  return reachable(requirement, states, ['pending', 'superseded']) ? 'superseded' : 'impossible';
}

describe('write quorum', () => {
  it('says after every reply what trying all futures says', () => {
    fc.assert(
      fc.property(schedules, ({ replicas, requirement, asked, replies, fates }) => {
        const quorum = new WriteQuorum(requirement, replicas);
        asked.forEach((isAsked, replica) => {
          if (isAsked) quorum.begin(replica, 'pending');
        });
        expect(quorum.verdict()).toBe(oracle(requirement, quorum.states));
        for (const replica of replies) {
          if (asked[replica] !== true) continue;
          quorum.settle(replica, fates[replica]!);
          expect(quorum.verdict()).toBe(oracle(requirement, quorum.states));
          const givenUp = quorum.states.map((state) => (state === 'pending' ? 'failed' : state));
          expect(quorum.verdictOfReplies()).toBe(oracle(requirement, givenUp));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('never takes back an acknowledgement, and never counts a superseded reply', () => {
    fc.assert(
      fc.property(schedules, ({ replicas, requirement, replies, fates }) => {
        const quorum = new WriteQuorum(requirement, replicas);
        for (let i = 0; i < replicas; i++) quorum.begin(i, 'pending');
        let acknowledged = false;
        for (const replica of replies) {
          quorum.settle(replica, fates[replica]!);
          if (acknowledged) expect(quorum.verdict()).toBe('acknowledged');
          acknowledged = quorum.verdict() === 'acknowledged';
          const confirmed = quorum.states.filter((state) => state === 'confirmed').length;
          if (acknowledged)
            expect(confirmed).toBeGreaterThanOrEqual(
              Math.max(...requirement.groups.map(({ needed }) => needed)),
            );
        }
      }),
    );
  });
});
