import type { Requirement } from './requirement.js';
import { WriteQuorum } from './write-quorum.js';

/** Whether a replica has what is to be spread; `unknown` for one that was not asked or did not say. */
export type Holding = 'has' | 'lacks' | 'unknown';

/** Something that a read brings to enough replicas before it answers. */
export interface SpreadPlan {
  /** Counts those that have it already as confirmed; the read may answer when it is acknowledged. */
  readonly quorum: WriteQuorum;
  /** Those known to lack it: they are sent it at once. The unknown are asked only when one of these fails. */
  readonly targets: readonly number[];
}

/**
 * Who is sent what a read spreads, and which confirmations it waits for: the level is to hold as for a write at this level,
 * so that every later read at it meets a replica that has it.
 */
export function planSpread(requirement: Requirement, holdings: readonly Holding[]): SpreadPlan {
  const quorum = new WriteQuorum(requirement, holdings.length);
  const targets: number[] = [];
  for (const [replica, holding] of holdings.entries()) {
    if (holding === 'unknown') continue;
    quorum.begin(replica, holding === 'has' ? 'confirmed' : 'pending');
    if (holding === 'lacks') targets.push(replica);
  }
  return { quorum, targets };
}
