import type { ReadRequest } from '../core/messages.js';
import type { ReadAsk } from '../core/quorum/read-quorum.js';
import { observeReply, type OperationContext } from './operation-context.js';
import { noteOfRead, verifyReply, type ReadAttempt, type VerifiedReply } from './read-attempt.js';
import type { TraceRecorder } from './trace-recorder.js';

/** The read that an attempt belongs to. */
export interface ReadOwner {
  readonly context: OperationContext;
  readonly trace: TraceRecorder | undefined;
  remainingMs(): number;
  /** False when the read has ended, was planned again, or knows what the replicas hold. */
  isCurrent(attempt: ReadAttempt): boolean;
  /** Called for a reply that is recorded in the current attempt. */
  onReply(attempt: ReadAttempt, replica: number, verified: VerifiedReply): void;
}

/** Asks one replica for its copy, or for the digest of it, and records what it replies. */
export function askReplica(
  owner: ReadOwner,
  attempt: ReadAttempt,
  { replica, mode }: ReadAsk,
): void {
  const { context, trace } = owner;
  const { router, clock, hlc } = context;
  const { plan, route } = attempt;
  const { nodeId } = plan.replicas[replica]!;
  const { epoch, namespace } = plan;
  const { key } = attempt;
  const request: ReadRequest = { kind: 'read', epoch, namespace, key, mode, stamp: hlc.read() };
  attempt.askedAtMs[replica] = clock.monotonicMs();
  const what = mode === 'value' ? 'full read' : 'digest';
  const step = trace?.begin(router.nameOf(nodeId), what);
  router.send(nodeId, { request, remainingMs: owner.remainingMs() }, (reply) => {
    observeReply(context, reply);
    if (reply.kind !== 'failed') router.noteAnswer(nodeId);
    const verified = verifyReply(attempt.dataKey, reply);
    if (verified.reply.kind === 'corrupt')
      context.reportCorrupt({ namespace: route.namespace.name, key, nodeId });
    if (!owner.isCurrent(attempt)) return;
    attempt.replies[replica] = { reply: verified.reply, atMs: clock.monotonicMs() };
    if (step !== undefined) trace?.end(step, noteOfRead(verified));
    owner.onReply(attempt, replica, verified);
  });
}
