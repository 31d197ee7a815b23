import { formatVersion } from '../../node/core/version/version.js';
import type { Violation } from '../workload/history.js';
import { describeAnswer } from './describe-answer.js';
import { describeOperation } from './describe-operation.js';
import type { AnsweredRead, AttemptedWrite, KeyHistory } from './key-history.js';
import { writersByVersion } from './writers-by-version.js';

/**
 * Reads, at any level, of what nobody wrote to the key (`value-never-written`): an unknown value, one whose put had not begun or
 * said that it was not applied, and a value or an absence under the version of a write that wrote something else.
 */
export function* neverWritten(key: KeyHistory): Generator<Violation> {
  const puts = new Map(key.writes.map((write) => [write.operation.value, write]));
  const versions = writersByVersion(key);
  for (const read of key.reads) {
    const { found, value, version } = read.answer;
    const writers = version === undefined ? undefined : versions.get(formatVersion(version));
    if (read.operation.kind === 'get' && found) {
      const put = value === undefined ? undefined : puts.get(value);
      const reason = impossibleValue(read, put);
      if (reason !== undefined) yield unwritten(read, put, reason);
      else if (writers !== undefined && put !== undefined && !writers.includes(put))
        yield unwritten(read, writers[0], 'whose version that is');
    } else if (writers?.every((writer) => !leaves(writer, read)) === true)
      yield unwritten(read, writers[0], 'whose version that is');
  }
}

/** Reads, at any level, of a value that had expired on the slowest clock when they began (`expired-value-returned`). */
export function* expiredValues(key: KeyHistory): Generator<Violation> {
  const puts = new Map(key.writes.map((write) => [write.operation.value, write.operation]));
  for (const read of key.reads) {
    const { operation, end, answer } = read;
    const put = answer.value === undefined ? undefined : puts.get(answer.value);
    const expiresAtMs = Math.min(
      answer.expiresAtMs ?? Infinity,
      (answer.version?.ms ?? Infinity) + (put?.ttlMs ?? Infinity),
    );
    if (!answer.found || expiresAtMs > operation.lowestWallMs) continue;
    yield {
      rule: 'expired-value-returned',
      message: `${describeAnswer(read)}, which expired at ${expiresAtMs}, and no clock was below ${operation.lowestWallMs}`,
      key: operation.key,
      operations: [...(put === undefined ? [] : [put.id]), operation.id],
      atMs: end.ms,
    };
  }
}

function impossibleValue(
  { operation, end, answer }: AnsweredRead,
  put: AttemptedWrite | undefined,
): string | undefined {
  if (answer.value === undefined) return 'a get that finds something has its value';
  if (put === undefined) return `nobody wrote that to ${operation.key}`;
  if (put.outcome === 'not_applied') return 'which was not applied';
  return put.operation.startAt > end.at ? 'which began after the read had ended' : undefined;
}

/** Whether a read may find what it did where this write came last. */
function leaves({ operation, outcome }: AttemptedWrite, { answer, end }: AnsweredRead): boolean {
  if (outcome === 'not_applied') return false;
  if (operation.kind === 'delete' || answer.version === undefined) return !answer.found;
  const expiresAtMs = answer.version.ms + (operation.ttlMs ?? Infinity);
  return answer.found || expiresAtMs <= end.highestWallMs;
}

function unwritten(
  read: AnsweredRead,
  write: AttemptedWrite | undefined,
  reason: string,
): Violation {
  const { operation, end } = read;
  const by = write === undefined ? '' : `${describeOperation(write.operation)}, `;
  return {
    rule: 'value-never-written',
    message: `${describeAnswer(read)}: ${by}${reason}`,
    key: operation.key,
    operations: [...(write === undefined ? [] : [write.operation.id]), operation.id],
    atMs: end.ms,
  };
}
