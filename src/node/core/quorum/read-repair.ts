import type { RecordDigest } from '../messages.js';
import type { ReadAnswer } from './read-quorum.js';
import { sameDigest } from './record-digest.js';
import type { Requirement } from './requirement.js';
import { WriteQuorum } from './write-quorum.js';

/** A repair that is about to begin: the accounting, and who is sent the winner at once. */
export interface ReadRepair {
  /** Counts those that hold the winner already as confirmed; the read may answer when it is acknowledged. */
  readonly quorum: WriteQuorum;
  readonly targets: readonly number[];
}

/** The answers of a read that differ, and what it was decided that they should be. */
export interface Disagreement {
  readonly requirement: Requirement;
  /** By position in the plan; undefined for a replica that did not answer. */
  readonly answers: readonly (ReadAnswer | undefined)[];
  readonly winner: RecordDigest;
}

/**
 * Who needs the winner, and which confirmations the read must wait for: the level is to hold for the winner as if it had
 * just been written at that level, so that no later read at this level goes back behind this one.
 */
export function planReadRepair({ requirement, answers, winner }: Disagreement): ReadRepair {
  const quorum = new WriteQuorum(requirement, answers.length);
  const targets: number[] = [];
  for (const [replica, answer] of answers.entries()) {
    if (answer === undefined) continue;
    const holds = sameDigest(answer.digest, winner);
    quorum.begin(replica, holds ? 'confirmed' : 'pending');
    if (!holds) targets.push(replica);
  }
  return { quorum, targets };
}
