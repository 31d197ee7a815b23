import { formatVersion } from '../../node/core/version/version.js';
import { describeOperation } from './describe-operation.js';
import type { AnsweredRead } from './key-history.js';

/** A read and its answer, for the message of a violation: `get #4 by c2 found v7 at <version>`. */
export function describeAnswer({ operation, answer }: AnsweredRead): string {
  const what = answer.found ? (answer.value ?? 'a value') : 'nothing';
  const where =
    answer.version === undefined ? ', without a version' : ` at ${formatVersion(answer.version)}`;
  return `${describeOperation(operation)} found ${what}${where}`;
}
