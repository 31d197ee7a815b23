import type { ErrorCode, Outcome } from '../errors.js';
import { KvError } from '../errors.js';
import type { Version } from '../version/version.js';
import { describeNeed, describeReports } from './explain.js';
import {
  countIn,
  isPending,
  shortGroup,
  wasConfirmed,
  wasOverloaded,
  wasRefusedByDisk,
} from './outcome-count.js';
import { provesNotApplied, reportOutcome, type ReplicaOutcome } from './replica-outcome.js';
import type { QuorumGroup, Requirement } from './requirement.js';

/** All that is known of a write that did not reach its level. */
export interface FailedWrite {
  readonly requirement: Requirement;
  /** What the last attempt came to, by position in the plan. */
  readonly outcomes: readonly ReplicaOutcome[];
  /** True at the deadline; false when the replies had ruled the level out before. */
  readonly timedOut: boolean;
  /** An earlier attempt, under another stamp or plan, may have applied somewhere. */
  readonly earlierMayApply: boolean;
  /** The highest version known, when that is for the client to answer with another stamp. */
  readonly supersededBy: Version | undefined;
  /** Why it was not tried again, when it could have been: `a newer version exists ...`. */
  readonly reason: string | undefined;
}

/** The error that says who confirmed, who did not and why, and whether the write may still apply. */
export function explainFailedWrite(failed: FailedWrite): KvError {
  const { requirement, outcomes, supersededBy, reason } = failed;
  const group = shortGroup(requirement, outcomes, wasConfirmed);
  const outcome = outcomeOf(failed);
  const code = codeOf(group, failed, outcome);
  const title = code === 'KV_WRITE_TIMEOUT' && !failed.timedOut ? 'write failed' : TITLES[code];
  const replicas = outcomes.map(reportOutcome);
  const parts = [
    `${title}: ${requirement.level} needs ${describeNeed(group)}, ${countIn(group, outcomes, wasConfirmed)} confirmed (${describeReports(replicas)})`,
    ...(reason === undefined ? [] : [reason]),
    tailOf(code, outcome),
  ];
  const hints = ['kv status'];
  return new KvError(code, parts.join('; '), { outcome, replicas, hints, supersededBy });
}

type WriteFailureCode = Extract<
  ErrorCode,
  'KV_WRITE_TIMEOUT' | 'KV_OVERLOADED' | 'KV_DISK_FULL' | 'KV_UNAVAILABLE' | 'KV_SUPERSEDED'
>;

const TITLES: Readonly<Record<WriteFailureCode, string>> = {
  KV_WRITE_TIMEOUT: 'write timeout',
  KV_OVERLOADED: 'overloaded',
  KV_DISK_FULL: 'disk full',
  KV_UNAVAILABLE: 'unavailable',
  KV_SUPERSEDED: 'superseded',
};

function tailOf(code: WriteFailureCode, outcome: Outcome): string {
  if (outcome !== 'unknown') return 'it was not applied';
  // The same stamp would be superseded again.
  return code === 'KV_SUPERSEDED'
    ? 'it may still apply on some replicas'
    : 'it may still apply; a retry is safe';
}

function outcomeOf({ outcomes, earlierMayApply }: FailedWrite): Outcome {
  return earlierMayApply || !outcomes.every(provesNotApplied) ? 'unknown' : 'not_applied';
}

function codeOf(
  group: QuorumGroup,
  { outcomes, timedOut, supersededBy }: FailedWrite,
  outcome: Outcome,
): WriteFailureCode {
  if (supersededBy !== undefined) return 'KV_SUPERSEDED';
  const overloaded = countIn(group, outcomes, wasOverloaded);
  // Before the deadline, those that have not replied are not to blame.
  const innocent = timedOut ? 0 : countIn(group, outcomes, isPending);
  const confirmed = countIn(group, outcomes, wasConfirmed);
  // Overload is to blame when the level had been met without it.
  if (overloaded > 0 && confirmed + innocent + overloaded >= group.needed) return 'KV_OVERLOADED';
  const full = countIn(group, outcomes, wasRefusedByDisk);
  if (full > 0 && confirmed + innocent + overloaded + full >= group.needed) return 'KV_DISK_FULL';
  return outcome === 'unknown' ? 'KV_WRITE_TIMEOUT' : 'KV_UNAVAILABLE';
}
