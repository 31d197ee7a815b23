import type { HistoryOperation } from '../workload/history.js';

/** An operation in a few words, for the message of a violation: `put #3 of v7 by c1`. */
export function describeOperation(operation: HistoryOperation): string {
  const { kind, id, value, client } = operation;
  return `${kind} #${id}${value === undefined ? '' : ` of ${value}`} by ${client}`;
}
