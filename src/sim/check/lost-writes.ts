import { Heap } from '../../stdx/heap.js';
import { compareVersions } from '../../node/core/version/version.js';
import type { HistoryVersion, Violation } from '../workload/history.js';
import { describeAnswer } from './describe-answer.js';
import { describeOperation } from './describe-operation.js';
import {
  settledWrites,
  type AnsweredRead,
  type AttemptedWrite,
  type KeyHistory,
  type SettledWrite,
} from './key-history.js';
import { standIns } from './stand-ins.js';
import { Sweep } from './sweep.js';

/**
 * Reads at a strong level that miss a write acknowledged at one before they began (`acknowledged-write-lost`): what they
 * found had ended before that write began, or has a lower version. The order is that of real time: operations that overlap
 * may have happened in either, and a write that was not acknowledged at a strong level may happen at any time from its start. An absence
 * without a version stands for the newest delete that may have been forgotten by then.
 */
export function* lostWrites(key: KeyHistory): Generator<Violation> {
  const settled = settledWrites(key);
  if (settled.length === 0) return;
  const explanations = explain(key);
  const forgotten = standIns(key);
  const ended = new Sweep(settled, (write) => write.end.at);
  let latest: SettledWrite | undefined;
  let highest: SettledWrite | undefined;
  for (const read of key.reads) {
    if (!read.strong) continue;
    ended.below(read.operation.startAt, (write) => {
      if (latest === undefined || write.operation.startAt > latest.operation.startAt)
        latest = write;
      if (highest === undefined || compareVersions(write.version, highest.version) > 0)
        highest = write;
    });
    if (latest === undefined || highest === undefined) continue;
    const explanation = explanations.get(read);
    if (explanation !== undefined && explanation.settledAt < latest.operation.startAt)
      yield overwritten(read, latest, explanation.write);
    else if (isBehind(read.answer.version ?? forgotten.get(read), highest))
      yield behind(read, highest);
  }
}

/** What may have put there what a read found: the write that settled last, or nobody. */
interface Explanation {
  readonly settledAt: number;
  readonly write: AttemptedWrite | undefined;
}

const NOBODY: Explanation = { settledAt: -Infinity, write: undefined };
/** What was forgotten is judged by its version alone. */
const UNTOLD: Explanation = { settledAt: Infinity, write: undefined };

/** The latest explanation of each strong read; undefined for values that nobody wrote, which another rule reports. */
function explain({
  reads,
  writes,
}: KeyHistory): ReadonlyMap<AnsweredRead, Explanation | undefined> {
  const puts = new Map(writes.map((write) => [write.operation.value, write]));
  const begun = new Sweep(writes.filter(mayApply), (write) => write.operation.startAt);
  const expiring = new Heap<AttemptedWrite>((a, b) => a.expiresFromMs - b.expiresFromMs);
  let present = NOBODY;
  let absent = NOBODY;
  const explanations = new Map<AnsweredRead, Explanation | undefined>();
  const strong = reads.filter((read) => read.strong);
  for (const read of [...strong].sort((a, b) => a.end.at - b.end.at)) {
    begun.below(read.end.at, (write) => {
      if (write.operation.kind === 'delete') absent = later(absent, write);
      else present = later(present, write);
      if (write.expiresFromMs < Infinity) expiring.push(write);
    });
    for (let next = expiring.peek(); next !== undefined; next = expiring.peek()) {
      if (next.expiresFromMs > read.end.highestWallMs) break;
      absent = later(absent, next);
      expiring.pop();
    }
    const { found, value, version } = read.answer;
    const put = value === undefined ? undefined : puts.get(value);
    if (!found) explanations.set(read, version === undefined ? UNTOLD : absent);
    else if (read.operation.kind === 'exists') explanations.set(read, present);
    else explanations.set(read, put && later(NOBODY, put));
  }
  return explanations;
}

function mayApply(write: AttemptedWrite): boolean {
  return write.outcome !== 'not_applied';
}

function later(known: Explanation, write: AttemptedWrite): Explanation {
  return write.settledAt > known.settledAt ? { settledAt: write.settledAt, write } : known;
}

function isBehind(version: HistoryVersion | undefined, write: SettledWrite): boolean {
  return version === undefined || compareVersions(version, write.version) < 0;
}

function overwritten(
  read: AnsweredRead,
  lost: SettledWrite,
  found: AttemptedWrite | undefined,
): Violation {
  const acknowledged = `${describeOperation(lost.operation)}, acknowledged before the read began`;
  const stale =
    found === undefined
      ? 'and no write that began in time explains that'
      : `and ${describeOperation(found.operation)} had ended before that write began`;
  return lostWrite(read, {
    message: `${describeAnswer(read)}, not ${acknowledged}, ${stale}`,
    operations: [...(found === undefined ? [] : [found.operation.id]), lost.operation.id],
  });
}

function behind(read: AnsweredRead, lost: SettledWrite): Violation {
  const acknowledged = `${describeOperation(lost.operation)}, acknowledged before the read began`;
  return lostWrite(read, {
    message: `${describeAnswer(read)}, below the version of ${acknowledged}`,
    operations: [lost.operation.id],
  });
}

function lostWrite(
  { operation, end }: AnsweredRead,
  { message, operations }: Pick<Violation, 'message' | 'operations'>,
): Violation {
  return {
    rule: 'acknowledged-write-lost',
    message,
    key: operation.key,
    operations: [...operations, operation.id],
    atMs: end.ms,
  };
}
