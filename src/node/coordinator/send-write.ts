import type { DataReply } from '../core/messages.js';
import { observeReply, traceSkipped, type OperationContext } from './operation-context.js';
import type { TraceRecorder } from './trace-recorder.js';
import { noteOfWrite, type WriteAttempt } from './write-attempt.js';

/** The write that an attempt belongs to. */
export interface AttemptOwner {
  readonly context: OperationContext;
  readonly trace: TraceRecorder | undefined;
  remainingMs(): number;
  /** False when the write has ended, or was planned or stamped again. */
  isCurrent(attempt: WriteAttempt): boolean;
  /** Called for a reply that is recorded in the current attempt. */
  onReply(attempt: WriteAttempt, replica: number, reply: DataReply): void;
  /** Called for a reply to an attempt that is not current any more. */
  onLateReply(attempt: WriteAttempt, replica: number, reply: DataReply): void;
}

/** Sends an attempt to all replicas that are alive, and records what they reply. */
export function sendWrite(owner: AttemptOwner, attempt: WriteAttempt): void {
  const { context, trace } = owner;
  const { plan, alive } = attempt;
  traceSkipped(context, trace, { plan, alive, what: 'write' });
  let own: number | undefined;
  for (const [replica, { nodeId }] of plan.replicas.entries()) {
    if (alive[replica] !== true) continue;
    if (nodeId === context.router.ownId) own = replica;
    else sendTo(owner, attempt, replica);
  }
  // The own node last: its work would hold up what goes over the network.
  if (own !== undefined) sendTo(owner, attempt, own);
}

function sendTo(owner: AttemptOwner, attempt: WriteAttempt, replica: number): void {
  // A reply that came before its send returned may have ended the attempt.
  if (!owner.isCurrent(attempt)) return;
  const { router, clock } = owner.context;
  const { nodeId } = attempt.plan.replicas[replica]!;
  attempt.askedAtMs[replica] = clock.monotonicMs();
  const { trace } = owner;
  if (trace !== undefined) attempt.steps[replica] = trace.begin(router.nameOf(nodeId), 'write');
  const envelope = { request: attempt.request, remainingMs: owner.remainingMs() };
  router.send(nodeId, envelope, (reply) => {
    record(owner, attempt, { replica, reply });
  });
}

function record(
  owner: AttemptOwner,
  attempt: WriteAttempt,
  { replica, reply }: { readonly replica: number; readonly reply: DataReply },
): void {
  const { context, trace } = owner;
  const { nodeId } = attempt.plan.replicas[replica]!;
  observeReply(context, reply);
  if (reply.kind !== 'failed') context.router.noteAnswer(nodeId);
  if (reply.kind === 'corrupt') {
    const { namespace } = attempt.route;
    context.reportCorrupt({ namespace: namespace.name, key: attempt.request.key, nodeId });
  }
  if (!owner.isCurrent(attempt)) {
    owner.onLateReply(attempt, replica, reply);
    return;
  }
  attempt.replies[replica] = { reply, atMs: context.clock.monotonicMs() };
  trace?.end(attempt.steps[replica]!, noteOfWrite(reply));
  owner.onReply(attempt, replica, reply);
}
