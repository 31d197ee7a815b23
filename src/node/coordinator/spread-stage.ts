import type { DataReply, DataRequest } from '../core/messages.js';
import type { ReplicaOutcome } from '../core/quorum/replica-outcome.js';
import type { SpreadPlan } from '../core/quorum/spread.js';
import {
  observeReply,
  outcomesOf,
  type OperationContext,
  type Replied,
} from './operation-context.js';
import type { ReadAttempt } from './read-attempt.js';
import type { TraceRecorder } from './trace-recorder.js';

/** What a read spreads before it answers: the winner of copies that differ, or the time at which a value has expired. */
export interface Spread extends SpreadPlan {
  readonly what: 'repair' | 'clock';
  readonly request: DataRequest;
  /** Whether the replica has it now. */
  readonly confirms: (reply: DataReply) => boolean;
}

/** A spread that is delayed on purpose; longer than a read waits for a replica. */
const DELAYED_SPREAD_MS = 100;

/** How spreading ended. */
export type SpreadEnd =
  /** `taken`: the replicas that had lacked it and have it now, as far as they have replied. */
  | { readonly kind: 'spread'; readonly taken: readonly number[] }
  | { readonly kind: 'fenced'; readonly epoch: number }
  | { readonly kind: 'impossible' };

export interface SpreadTask {
  readonly attempt: ReadAttempt;
  readonly spread: Spread;
  /** Monotonic. */
  readonly deadlineMs: number;
  readonly trace: TraceRecorder | undefined;
  /** Called at most once; not when the read gives up first. */
  readonly onEnd: (end: SpreadEnd) => void;
}

/**
 * Brings something to enough replicas for the level of a read: first to those that answered without it, then, when one of them
 * fails or is silent, to the others of the plan.
 */
export class SpreadStage {
  readonly #context: OperationContext;
  readonly #task: SpreadTask;
  readonly #askedAtMs: (number | undefined)[];
  readonly #replies: (Replied | undefined)[];
  #ended = false;

  constructor(context: OperationContext, task: SpreadTask) {
    this.#context = context;
    this.#task = task;
    const { replicas } = task.attempt.plan;
    this.#askedAtMs = replicas.map(() => undefined);
    this.#replies = replicas.map(() => undefined);
  }

  get what(): Spread['what'] {
    return this.#task.spread.what;
  }

  /** Whether there is a replica left to stand in for another. */
  get hasSpare(): boolean {
    return this.#spares().length > 0;
  }

  start(): void {
    const { buggify, clock } = this.#context;
    if (!buggify('coordinator.late-spread')) {
      this.#begin();
      return;
    }
    clock.after(DELAYED_SPREAD_MS, () => {
      this.#begin();
    });
  }

  #begin(): void {
    for (const replica of this.#task.spread.targets) this.#send(replica);
    this.#judge();
  }

  /** Those that were sent it are slow: the others get it too. */
  onSilence(): void {
    this.#recruit();
  }

  /** The read has given up: nothing more is sent, and `onEnd` is not called. */
  cancel(): void {
    this.#ended = true;
  }

  /** What each replica came to; those that were not sent anything are as their read left them. */
  outcomes(): readonly ReplicaOutcome[] {
    const { attempt } = this.#task;
    const { plan, alive } = attempt;
    const wasSent = this.#askedAtMs.map((askedMs) => askedMs !== undefined);
    return outcomesOf(this.#context, {
      plan,
      alive,
      askedAtMs: wasSent.map((sent, i) => (sent ? this.#askedAtMs[i] : attempt.askedAtMs[i])),
      replies: wasSent.map((sent, i) => (sent ? this.#replies[i] : attempt.replies[i])),
    });
  }

  #send(replica: number): void {
    if (this.#ended) return;
    const { router, clock } = this.#context;
    const { trace, deadlineMs, attempt, spread } = this.#task;
    const { nodeId } = attempt.plan.replicas[replica]!;
    const nowMs = clock.monotonicMs();
    this.#askedAtMs[replica] = nowMs;
    const step = trace?.begin(router.nameOf(nodeId), spread.what);
    const envelope = { request: spread.request, remainingMs: deadlineMs - nowMs };
    router.send(nodeId, envelope, (reply) => {
      observeReply(this.#context, reply);
      if (step !== undefined) trace?.end(step, spread.confirms(reply) ? 'ok' : reply.kind);
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
    const { quorum, confirms } = this.#task.spread;
    quorum.settle(replica, confirms(reply) ? 'confirmed' : 'failed');
    this.#judge();
  }

  #judge(): void {
    if (this.#ended) return;
    const verdict = this.#task.spread.quorum.verdict();
    if (verdict === 'waiting') return;
    if (verdict === 'acknowledged') this.#end({ kind: 'spread', taken: this.#taken() });
    else if (this.hasSpare) this.#recruit();
    else this.#end({ kind: 'impossible' });
  }

  #recruit(): void {
    const spares = this.#spares();
    for (const replica of spares) this.#task.spread.quorum.begin(replica, 'pending');
    for (const replica of spares) this.#send(replica);
  }

  #spares(): readonly number[] {
    const { attempt, spread } = this.#task;
    return attempt.order.filter((replica) => spread.quorum.states[replica] === 'unasked');
  }

  #taken(): readonly number[] {
    const { confirms } = this.#task.spread;
    return [...this.#replies.keys()].filter((replica) => {
      const replied = this.#replies[replica];
      return replied !== undefined && confirms(replied.reply);
    });
  }

  #end(end: SpreadEnd): void {
    this.#ended = true;
    this.#task.onEnd(end);
  }
}
