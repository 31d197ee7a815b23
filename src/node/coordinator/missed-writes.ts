import { LIMITS } from '../core/limits.js';
import type { DataReply } from '../core/messages.js';
import type { HintKeeper } from '../services.js';
import { OperationTimer, type OperationTimers, type Timed } from './operation-timers.js';
import { settlementOf, type WriteAttempt } from './write-attempt.js';

/**
 * Sees to it that a replica which has not confirmed a write gets a hint for it. Behind the answer to the client: replicas that have not
 * replied to a write that is or may be applied are waited for until its deadline, within a bound of bytes.
 */
export class MissedWrites {
  readonly #hints: HintKeeper;
  readonly #timers: OperationTimers;
  readonly #awaited = new Map<WriteAttempt, Awaited>();
  #awaitedBytes = 0;

  constructor(hints: HintKeeper, timers: OperationTimers) {
    this.#hints = hints;
    this.#timers = timers;
  }

  /** The write has been acknowledged, or may apply; its last replicas have until the deadline (monotonic). */
  follow(attempt: WriteAttempt, deadlineMs: number): void {
    if (attempt.hinted || !attempt.quorum.states.some(isMissed)) return;
    const isOver = this.#awaitedBytes >= LIMITS.hintWaitingBytes;
    if (isOver || !attempt.quorum.states.includes('pending')) {
      this.keep(attempt);
      return;
    }
    const awaited = new Awaited(() => {
      this.#end(attempt, awaited);
    });
    this.#awaited.set(attempt, awaited);
    this.#awaitedBytes += attempt.request.record.length;
    this.#timers.set(awaited.timer, deadlineMs);
  }

  /** A reply to a write that has ended. */
  replied(attempt: WriteAttempt, replica: number, reply: DataReply): void {
    const awaited = this.#awaited.get(attempt);
    if (awaited === undefined) return;
    attempt.quorum.settle(replica, settlementOf(reply));
    if (!attempt.quorum.states.includes('pending')) this.#end(attempt, awaited);
  }

  /** Keeps hints now; `done` says whether every replica that has not confirmed has a durable one. */
  keep(attempt: WriteAttempt, done?: (kept: boolean) => void): void {
    attempt.hinted = true;
    const { plan, quorum, request, token } = attempt;
    const targets = plan.replicas.flatMap(({ nodeId }, replica) =>
      isMissed(quorum.states[replica]!) ? [nodeId] : [],
    );
    const { namespace, key, record } = request;
    if (targets.length === 0) done?.(true);
    else this.#hints.keep({ targets, namespace, token, key, record }, done);
  }

  /** Waits for nobody any more: all that is missing gets hints. */
  close(): void {
    for (const [attempt, awaited] of this.#awaited) this.#end(attempt, awaited);
  }

  #end(attempt: WriteAttempt, { timer }: Awaited): void {
    this.#timers.cancel(timer);
    this.#awaited.delete(attempt);
    this.#awaitedBytes -= attempt.request.record.length;
    if (attempt.quorum.states.some(isMissed)) this.keep(attempt);
  }
}

/** One write whose last replicas are waited for. */
class Awaited implements Timed {
  readonly timer = new OperationTimer(this);
  readonly onTimer: () => void;

  constructor(onTimer: () => void) {
    this.onTimer = onTimer;
  }
}

/** A replica that was superseded holds something newer: it has missed nothing. */
function isMissed(state: WriteAttempt['quorum']['states'][number]): boolean {
  return state !== 'confirmed' && state !== 'superseded';
}
