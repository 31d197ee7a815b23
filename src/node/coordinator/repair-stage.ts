import type { DataReply, WriteRequest } from '../core/messages.js';
import { planReadRepair, type ReadRepair } from '../core/quorum/read-repair.js';
import type { ReplicaOutcome } from '../core/quorum/replica-outcome.js';
import { digestOf, type StoredRecord } from '../core/version/record.js';
import {
  observeReply,
  outcomesOf,
  type OperationContext,
  type Replied,
} from './operation-context.js';
import type { ReadAttempt, ReadResult } from './read-attempt.js';
import type { TraceRecorder } from './trace-recorder.js';

/** How writing back ended. */
export type RepairEnd =
  | { readonly kind: 'repaired'; readonly result: ReadResult }
  | { readonly kind: 'fenced'; readonly epoch: number }
  | { readonly kind: 'impossible' };

export interface RepairTask {
  readonly attempt: ReadAttempt;
  readonly winner: StoredRecord;
  readonly key: Uint8Array;
  /** Monotonic. */
  readonly deadlineMs: number;
  readonly trace: TraceRecorder | undefined;
  /** Called at most once; not when the read gives up first. */
  readonly onEnd: (end: RepairEnd) => void;
}

/**
 * Puts the winner of a read on enough replicas for its level: first on those that answered with something else, then, when
 * one of them fails or is silent, on the others of the plan. A replica that holds something newer by now counts as well.
 */
export class RepairStage {
  readonly #context: OperationContext;
  readonly #task: RepairTask;
  readonly #repair: ReadRepair;
  readonly #request: WriteRequest;
  readonly #askedAtMs: (number | undefined)[];
  readonly #replies: (Replied | undefined)[];
  #ended = false;

  constructor(context: OperationContext, task: RepairTask) {
    this.#context = context;
    this.#task = task;
    const { plan, quorum, route } = task.attempt;
    this.#repair = planReadRepair({
      requirement: route.requirement,
      answers: plan.replicas.map((_, replica) => quorum.answerOf(replica)),
      winner: digestOf(task.winner),
    });
    this.#request = {
      kind: 'write',
      epoch: plan.epoch,
      namespace: plan.namespace,
      key: task.key,
      record: task.winner.encoded,
      repair: true,
    };
    this.#askedAtMs = plan.replicas.map(() => undefined);
    this.#replies = plan.replicas.map(() => undefined);
  }

  /** Whether there is a replica left that could take the winner in the place of another. */
  get hasSpare(): boolean {
    return this.#spares().length > 0;
  }

  start(): void {
    for (const replica of this.#repair.targets) this.#send(replica);
    this.#judge();
  }

  /** Those that were sent the winner are slow: the others get it too. */
  onSilence(): void {
    this.#recruit();
  }

  /** The read has given up: nothing more is sent, and `onEnd` is not called. */
  cancel(): void {
    this.#ended = true;
  }

  /** What each replica came to; those that held the winner all along are as their read left them. */
  outcomes(): readonly ReplicaOutcome[] {
    const { attempt } = this.#task;
    const { plan, alive } = attempt;
    const chosen = this.#askedAtMs.map((askedMs) => askedMs !== undefined);
    return outcomesOf(this.#context, {
      plan,
      alive,
      askedAtMs: chosen.map((sent, i) => (sent ? this.#askedAtMs[i] : attempt.askedAtMs[i])),
      replies: chosen.map((sent, i) => (sent ? this.#replies[i] : attempt.replies[i])),
    });
  }

  #send(replica: number): void {
    if (this.#ended) return;
    const { router, clock } = this.#context;
    const { trace, deadlineMs, attempt } = this.#task;
    const { nodeId } = attempt.plan.replicas[replica]!;
    const nowMs = clock.monotonicMs();
    this.#askedAtMs[replica] = nowMs;
    const step = trace?.begin(router.nameOf(nodeId), 'repair');
    const envelope = { request: this.#request, remainingMs: deadlineMs - nowMs };
    router.send(nodeId, envelope, (reply) => {
      observeReply(this.#context, reply);
      if (step !== undefined) trace?.end(step, reply.kind === 'written' ? 'ok' : reply.kind);
      this.#onReply(replica, reply);
    });
  }

  #onReply(replica: number, reply: DataReply): void {
    if (this.#ended) return;
    this.#replies[replica] = { reply, atMs: this.#context.clock.monotonicMs() };
    if (reply.kind === 'fenced') {
      this.#end({ kind: 'fenced', epoch: reply.epoch });
      return;
    }
    const holds = reply.kind === 'written' || reply.kind === 'superseded';
    this.#repair.quorum.settle(replica, holds ? 'confirmed' : 'failed');
    this.#judge();
  }

  #judge(): void {
    if (this.#ended) return;
    const verdict = this.#repair.quorum.verdict();
    if (verdict === 'waiting') return;
    if (verdict === 'acknowledged') this.#end({ kind: 'repaired', result: this.#result() });
    else if (this.hasSpare) this.#recruit();
    else this.#end({ kind: 'impossible' });
  }

  #recruit(): void {
    const spares = this.#spares();
    for (const replica of spares) this.#repair.quorum.begin(replica, 'pending');
    for (const replica of spares) this.#send(replica);
  }

  #spares(): readonly number[] {
    const { states } = this.#repair.quorum;
    return this.#task.attempt.order.filter((replica) => states[replica] === 'unasked');
  }

  #result(): ReadResult {
    const { attempt, winner } = this.#task;
    const { router } = this.#context;
    return {
      digest: digestOf(winner),
      record: winner,
      route: attempt.route,
      repaired: attempt.plan.replicas.flatMap(({ nodeId }, replica) =>
        this.#replies[replica]?.reply.kind === 'written' ? [router.nameOf(nodeId)] : [],
      ),
    };
  }

  #end(end: RepairEnd): void {
    this.#ended = true;
    this.#task.onEnd(end);
  }
}
