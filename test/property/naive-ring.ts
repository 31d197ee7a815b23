import type { Replication } from '../../src/node/core/ring/placement.js';
import type { RingMember } from '../../src/node/core/ring/ring.js';
import { RING_SIZE, SLOT_COUNT, SLOT_SIZE } from '../../src/node/core/ring/token.js';
import type { Allocation } from '../../src/node/core/ring/token-allocation.js';

/** The members in the order in which a walk from `token` meets them first: by clockwise distance, from scratch. */
export function naiveWalk(members: readonly RingMember[], token: number): readonly RingMember[] {
  const distance = (at: number): number => (at > token ? at - token : at - token + RING_SIZE);
  return members
    .filter((member) => member.tokens.length > 0)
    .map((member) => ({ member, steps: Math.min(...member.tokens.map(distance)) }))
    .sort((a, b) => a.steps - b.steps)
    .map(({ member }) => member);
}

/** The replicas of a token as the rule says it, one pick after the other, without regard to speed. */
export function naiveReplicas(
  members: readonly RingMember[],
  token: number,
  replication: Replication,
): readonly string[] {
  const walk = naiveWalk(members, token);
  const centres = [...new Set(walk.map((member) => member.dc))];
  return centres.flatMap((dc) => {
    const picks: RingMember[] = [];
    const left = walk.filter((member) => member.dc === dc);
    while (picks.length < (replication[dc] ?? 0) && left.length > 0) {
      const next =
        left.find((one) => picks.every((pick) => pick.rack !== one.rack)) ??
        left.find((one) =>
          picks.every((pick) => pick.rack !== one.rack || pick.host !== one.host),
        ) ??
        left[0]!;
      picks.push(next);
      left.splice(left.indexOf(next), 1);
    }
    return picks.map((member) => member.nodeId);
  });
}

/** Tokens drawn at random: what an allocation has to beat. */
export function randomTokens({ ring, count, random }: Allocation): readonly number[] {
  const taken = new Set(ring.members.flatMap((member) => member.tokens));
  const drawn = new Set<number>();
  while (drawn.size < count) {
    const token = Math.floor(random() * SLOT_COUNT) * SLOT_SIZE;
    if (!taken.has(token)) drawn.add(token);
  }
  return [...drawn].sort((a, b) => a - b);
}
