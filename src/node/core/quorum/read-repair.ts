import type { RecordDigest } from '../messages.js';
import type { ReadAnswer } from './read-quorum.js';
import { sameDigest } from './record-digest.js';
import type { Requirement } from './requirement.js';
import { planSpread, type SpreadPlan } from './spread.js';

/** The answers of a read that differ, and what it was decided that they should be. */
export interface Disagreement {
  readonly requirement: Requirement;
  /** By position in the plan; undefined for a replica that did not answer. */
  readonly answers: readonly (ReadAnswer | undefined)[];
  readonly winner: RecordDigest;
}

/** Who is sent the winner of a read whose answers differ: everybody who answered with something else. */
export function planReadRepair({ requirement, answers, winner }: Disagreement): SpreadPlan {
  const holdings = answers.map((answer) => {
    if (answer === undefined) return 'unknown';
    return sameDigest(answer.digest, winner) ? 'has' : 'lacks';
  });
  return planSpread(requirement, holdings);
}
