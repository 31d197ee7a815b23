import type { ErrorCode } from '../errors.js';
import { KvError } from '../errors.js';
import { describeNeed, describeReports } from './explain.js';
import {
  countIn,
  isPending,
  shortGroup,
  wasAnswered,
  wasCorrupt,
  wasOverloaded,
} from './outcome-count.js';
import { reportOutcome, type ReplicaOutcome } from './replica-outcome.js';
import type { QuorumGroup, Requirement } from './requirement.js';

/** All that is known of a read that did not reach its level. */
export interface FailedRead {
  readonly requirement: Requirement;
  /** What each replica came to, by position in the plan. */
  readonly outcomes: readonly ReplicaOutcome[];
  /** True at the deadline; false when the replies had ruled the level out before. */
  readonly timedOut: boolean;
}

/** The error of a read that too few replicas answered: who did, who did not and why. */
export function explainFailedRead(failed: FailedRead): KvError {
  const { requirement, outcomes } = failed;
  const group = shortGroup(requirement, outcomes, wasAnswered);
  const code = codeOf(group, failed);
  const title = code === 'KV_READ_TIMEOUT' && !failed.timedOut ? 'read failed' : TITLES[code];
  const replicas = outcomes.map(reportOutcome);
  const answered = countIn(group, outcomes, wasAnswered);
  return new KvError(
    code,
    `${title}: ${requirement.level} needs ${describeNeed(group)}, ${answered} answered (${describeReports(replicas)})`,
    { replicas, hints: ['kv status'] },
  );
}

/** What a read could not bring to enough replicas before it answered. */
const SPREAD = {
  repair: 'the copies differ, and the newest could not be put on',
  clock: 'the value has expired by one clock, and that time could not be told to',
} as const;

/** The error of a read that had its answers, and could not see to it that later reads find no less. */
export function explainFailedSpread(what: keyof typeof SPREAD, failed: FailedRead): KvError {
  const { requirement, outcomes, timedOut } = failed;
  const replicas = outcomes.map(reportOutcome);
  const need = requirement.groups.map(describeNeed).join(' and ');
  return new KvError(
    'KV_READ_TIMEOUT',
    `read ${timedOut ? 'timeout' : 'failed'}: ${SPREAD[what]} ${need} before answering (${describeReports(replicas)})`,
    { replicas, hints: ['kv status'] },
  );
}

type ReadFailureCode = Extract<ErrorCode, 'KV_READ_TIMEOUT' | 'KV_OVERLOADED' | 'KV_CORRUPT'>;

const TITLES: Readonly<Record<ReadFailureCode, string>> = {
  KV_READ_TIMEOUT: 'read timeout',
  KV_OVERLOADED: 'overloaded',
  KV_CORRUPT: 'corrupt',
};

/** Each cause is to blame when the level had been met without it. */
function codeOf(group: QuorumGroup, { outcomes, timedOut }: FailedRead): ReadFailureCode {
  // Before the deadline, those that have not replied are not to blame.
  const innocent = timedOut ? 0 : countIn(group, outcomes, isPending);
  const answered = countIn(group, outcomes, wasAnswered) + innocent;
  const corrupt = countIn(group, outcomes, wasCorrupt);
  const overloaded = countIn(group, outcomes, wasOverloaded);
  if (corrupt > 0 && answered + corrupt >= group.needed) return 'KV_CORRUPT';
  if (overloaded > 0 && answered + corrupt + overloaded >= group.needed) return 'KV_OVERLOADED';
  return 'KV_READ_TIMEOUT';
}
