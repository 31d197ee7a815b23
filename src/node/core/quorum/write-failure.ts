import type { ErrorCode, Outcome } from '../errors.js';
import { KvError } from '../errors.js';
import { describeNeed, describeReports } from './explain.js';
import { countIn, isPending, shortGroup, wasConfirmed, wasOverloaded } from './outcome-count.js';
import { provesNotApplied, reportOutcome, type ReplicaOutcome } from './replica-outcome.js';
import type { QuorumGroup, Requirement } from './requirement.js';

/** All that is known of a write that did not reach its level. */
export interface FailedWrite {
  readonly requirement: Requirement;
  /** What the last attempt came to, by position in the plan. */
  readonly outcomes: readonly ReplicaOutcome[];
  /** True at the deadline; false when the replies had ruled the level out before. */
  readonly timedOut: boolean;
  /** An earlier attempt, under another stamp or plan or by another coordinator, may have applied somewhere. */
  readonly earlierMayApply: boolean;
  /** Why it was not tried again, when it could have been: `a newer version exists ...`. */
  readonly reason: string | undefined;
}

/** The error that says who confirmed, who did not and why, and whether the write may still apply. */
export function explainFailedWrite(failed: FailedWrite): KvError {
  const { requirement, outcomes, reason } = failed;
  const group = shortGroup(requirement, outcomes, wasConfirmed);
  const outcome = outcomeOf(failed);
  const code = codeOf(group, failed, outcome);
  const title = code === 'KV_WRITE_TIMEOUT' && !failed.timedOut ? 'write failed' : TITLES[code];
  const replicas = outcomes.map(reportOutcome);
  const parts = [
    `${title}: ${requirement.level} needs ${describeNeed(group)}, ${countIn(group, outcomes, wasConfirmed)} confirmed (${describeReports(replicas)})`,
    ...(reason === undefined ? [] : [reason]),
    outcome === 'unknown' ? 'it may still apply; a retry is safe' : 'it was not applied',
  ];
  return new KvError(code, parts.join('; '), { outcome, replicas, hints: ['kv status'] });
}

type WriteFailureCode = Extract<ErrorCode, 'KV_WRITE_TIMEOUT' | 'KV_OVERLOADED' | 'KV_UNAVAILABLE'>;

const TITLES: Readonly<Record<WriteFailureCode, string>> = {
  KV_WRITE_TIMEOUT: 'write timeout',
  KV_OVERLOADED: 'overloaded',
  KV_UNAVAILABLE: 'unavailable',
};

function outcomeOf({ outcomes, earlierMayApply }: FailedWrite): Outcome {
  return earlierMayApply || !outcomes.every(provesNotApplied) ? 'unknown' : 'not_applied';
}

function codeOf(
  group: QuorumGroup,
  { outcomes, timedOut }: FailedWrite,
  outcome: Outcome,
): WriteFailureCode {
  const overloaded = countIn(group, outcomes, wasOverloaded);
  // Before the deadline, those that have not replied are not to blame.
  const innocent = timedOut ? 0 : countIn(group, outcomes, isPending);
  const confirmed = countIn(group, outcomes, wasConfirmed);
  // Overload is to blame when the level had been met without it.
  if (overloaded > 0 && confirmed + innocent + overloaded >= group.needed) return 'KV_OVERLOADED';
  return outcome === 'unknown' ? 'KV_WRITE_TIMEOUT' : 'KV_UNAVAILABLE';
}
