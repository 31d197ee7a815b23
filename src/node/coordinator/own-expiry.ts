import type { RecordDigest } from '../core/messages.js';
import { effectiveView } from '../core/version/expiry.js';
import type { OperationContext } from './operation-context.js';
import type { ReadAttempt } from './read-attempt.js';

/** While a node may not tell the time, what it alone answers expires by what it takes for the time; nobody is told of that. */
export function isExpiredHere(
  { hlc, router }: Pick<OperationContext, 'hlc' | 'router'>,
  { plan, quorum }: Pick<ReadAttempt, 'plan' | 'quorum'>,
  digest: RecordDigest,
): boolean {
  if (effectiveView(digest, { ms: hlc.ownMs(), logical: 0 }) === 'found') return false;
  return plan.replicas.every(
    ({ nodeId }, i) => nodeId === router.ownId || quorum.answerOf(i) === undefined,
  );
}
