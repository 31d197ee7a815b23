import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import { explainFailedRead, explainFailedSpread } from '../core/quorum/read-failure.js';
import { tokenOf } from '../core/ring/token.js';
import { effectiveView } from '../core/version/expiry.js';
import { digestOf } from '../core/version/record.js';
import { formatVersion } from '../core/version/version.js';
import { askReplica, type ReadOwner } from './ask-replica.js';
import { outcomesOf, traceSkipped, type OperationContext } from './operation-context.js';
import { OperationTimer, type Timed } from './operation-timers.js';
import {
  agreementOf,
  answerOf,
  beginReadAttempt,
  winnerOf,
  type Agreed,
  type ReadAttempt,
  type ReadQuestion,
  type ReadResult,
  type VerifiedReply,
} from './read-attempt.js';
import { isExpiredHere } from './own-expiry.js';
import { clockSpread, repairSpread } from './read-spreads.js';
import { findRoute, newerPlacement, type Route } from './route.js';
import { SpreadStage, type Spread } from './spread-stage.js';
import type { TraceRecorder } from './trace-recorder.js';

export interface ReadTask {
  readonly question: ReadQuestion;
  /** Monotonic. */
  readonly deadlineMs: number;
  readonly trace: TraceRecorder | undefined;
  /** Called exactly once. */
  readonly done: (result: ReadResult | KvError) => void;
}

/**
 * One read, from its plan to its answer: the record from the best replica, digests from as many others as the level needs.
 * A replica that fails, or is silent, has another asked in its place. When copies differ, the newest is put on enough
 * replicas for the level before it is answered, among old and next owners of a key that moves: no later read at it goes back behind that.
 */
export class ReadOperation implements Timed, ReadOwner {
  readonly context: OperationContext;
  readonly trace: TraceRecorder | undefined;
  readonly #task: ReadTask;
  readonly #timer = new OperationTimer(this);
  readonly #token: number;
  #attempt: ReadAttempt | undefined;
  #spread: SpreadStage | undefined;
  #advancing = false;
  /** Questions sent so far. */
  #asked = 0;
  #replans = 0;
  #finished = false;

  constructor(context: OperationContext, task: ReadTask) {
    this.context = context;
    this.#task = task;
    this.trace = task.trace;
    this.#token = tokenOf(task.question.key);
  }

  start(): void {
    this.#plan();
  }

  /** Somebody is silent, or the deadline has passed. */
  onTimer(): void {
    const attempt = this.#attempt;
    if (attempt === undefined || this.remainingMs() <= 0) {
      this.#fail();
      return;
    }
    const spread = this.#spread;
    if (spread === undefined) this.#onSilence(attempt);
    else spread.onSilence();
    // What follows from a silence may have set the timer for a stage of its own, or ended the read.
    if (this.#finished || attempt !== this.#attempt || spread !== this.#spread) return;
    const stage = spread ?? attempt.quorum;
    if (stage.hasSpare) this.#awaitSilence();
    else this.#awaitDeadline();
  }

  #plan(): void {
    const { question } = this.#task;
    const { namespace, level } = question;
    const query = { operation: 'read', namespace, token: this.#token, level } as const;
    const route = findRoute(this.context, query);
    if (route instanceof KvError) {
      this.#finish(route);
      return;
    }
    const order = this.#orderOf(route);
    const attempt = beginReadAttempt(route, order, { question, token: this.#token });
    this.#attempt = attempt;
    this.#awaitSilence();
    traceSkipped(this.context, this.trace, {
      plan: route.plan,
      alive: route.alive,
      what: 'read',
    });
    this.#advance(attempt);
  }

  #orderOf({ plan, alive, preferred }: Route): readonly number[] {
    const order = this.context.router.orderOf(plan, alive, preferred);
    const { exclude } = this.#task.question;
    if (exclude.length === 0) return order;
    return order.filter((replica) => !exclude.includes(plan.replicas[replica]!.nodeId));
  }

  /** Takes all steps that are possible now; a reply that comes before its send returns is left to the running loop. */
  #advance(attempt: ReadAttempt): void {
    if (this.#advancing) return;
    this.#advancing = true;
    while (attempt === this.#attempt && this.#spread === undefined && this.#step(attempt));
    this.#advancing = false;
  }

  /** False when only a reply, or time, leads on. */
  #step(attempt: ReadAttempt): boolean {
    const step = attempt.quorum.next();
    switch (step.kind) {
      case 'wait':
        return false;
      case 'ask':
        for (const ask of step.asks) {
          if (attempt !== this.#attempt) break;
          this.#asked += 1;
          askReplica(this, attempt, ask);
        }
        return true;
      case 'agreed':
        this.#judgeExpiry(attempt, agreementOf(attempt, step.from));
        return false;
      case 'differ':
        this.#reconcile(attempt, step.newest);
        return false;
      case 'impossible':
        this.#fail();
        return false;
    }
  }

  isCurrent(attempt: ReadAttempt): boolean {
    return attempt === this.#attempt && this.#spread === undefined;
  }

  onReply(attempt: ReadAttempt, replica: number, { reply, record }: VerifiedReply): void {
    if (reply.kind === 'fenced') {
      this.#replan(reply.epoch);
      return;
    }
    const answer = answerOf({ reply, record });
    if (answer === undefined) attempt.quorum.lose(replica);
    else {
      attempt.records[replica] = record;
      attempt.quorum.answer(replica, answer);
    }
    this.#advance(attempt);
  }

  #onSilence(attempt: ReadAttempt): void {
    const { router, metrics } = this.context;
    for (const replica of attempt.order) {
      const silent = attempt.askedAtMs[replica] !== undefined && !attempt.replies[replica];
      if (silent) router.noteSilence(attempt.plan.replicas[replica]!.nodeId);
    }
    const asked = this.#asked;
    attempt.quorum.silence();
    this.#advance(attempt);
    if (this.#asked > asked) metrics.silentRetries.inc();
  }

  #reconcile(attempt: ReadAttempt, newest: readonly number[]): void {
    const { router, metrics } = this.context;
    const record = winnerOf(attempt, newest);
    metrics.readRepairs.inc();
    const wins = `${formatVersion(record.version)} wins`;
    this.trace?.note(router.nameOf(router.ownId), 'MISMATCH', wins);
    const repair = repairSpread(attempt, record, this.#task.question.key);
    this.#spreadOut(attempt, repair, (taken) => {
      const repaired = taken.map((i) => router.nameOf(attempt.plan.replicas[i]!.nodeId));
      this.#judgeExpiry(attempt, { digest: digestOf(record), record, repaired });
    });
  }

  /** Expiry is judged once, at the highest clock of all that answered; the coordinator has merged it. */
  #judgeExpiry(attempt: ReadAttempt, agreed: Agreed): void {
    const { digest } = agreed;
    const now = this.context.hlc.read();
    const found = digest !== undefined && effectiveView(digest, now) === 'found';
    if (found && isExpiredHere(this.context, attempt, digest)) {
      this.#answer(attempt, { ...agreed, found: false, route: attempt.route });
      return;
    }
    const result: ReadResult = { ...agreed, found, route: attempt.route };
    const { key } = this.#task.question;
    const clock = found ? undefined : clockSpread(attempt, { digest, key, now });
    if (clock === undefined) this.#answer(attempt, result);
    else
      this.#spreadOut(attempt, clock, () => {
        this.#answer(attempt, result);
      });
  }

  #spreadOut(
    attempt: ReadAttempt,
    spread: Spread,
    onSpread: (taken: readonly number[]) => void,
  ): void {
    const { deadlineMs, trace } = this.#task;
    this.#spread = new SpreadStage(this.context, {
      attempt,
      spread,
      deadlineMs,
      trace,
      onEnd: (end) => {
        if (end.kind === 'fenced') this.#replan(end.epoch);
        else if (end.kind === 'spread') onSpread(end.taken);
        else this.#fail();
      },
    });
    this.#awaitSilence();
    this.#spread.start();
  }

  /** Answers, if what was planned still holds: the replies may have come from owners of yesterday. */
  #answer(attempt: ReadAttempt, result: ReadResult): void {
    const newer = newerPlacement(this.context, attempt.route);
    if (newer === undefined) this.#finish(result);
    else this.#replan(newer);
  }

  #replan(epoch: number): void {
    if (this.#replans === LIMITS.replans) {
      const times = `${LIMITS.replans} times meanwhile`;
      this.#finish(new KvError('KV_EPOCH_CHANGED', `the placement changed ${times}; retry`));
      return;
    }
    this.#attempt = undefined;
    this.#spread = undefined;
    this.#replans += 1;
    this.context.metrics.replans.inc();
    this.#awaitDeadline();
    void this.context.metadata.catchUp(epoch, this.remainingMs()).then(
      () => {
        if (!this.#finished) this.#plan();
      },
      (error: unknown) => {
        if (!(error instanceof KvError)) throw error;
        this.#finish(error);
      },
    );
  }

  #fail(): void {
    const attempt = this.#attempt;
    if (attempt === undefined) {
      const message = 'read timeout: the cluster metadata did not arrive in time';
      this.#finish(new KvError('KV_READ_TIMEOUT', message));
      return;
    }
    const spread = this.#spread;
    const { route } = attempt;
    const failed = {
      requirement: spread === undefined ? route.requirement : route.spread,
      outcomes: spread?.outcomes() ?? outcomesOf(this.context, attempt),
      timedOut: this.remainingMs() <= 0,
    };
    this.#finish(
      spread === undefined ? explainFailedRead(failed) : explainFailedSpread(spread.what, failed),
    );
  }

  #finish(result: ReadResult | KvError): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#attempt = undefined;
    this.#spread?.cancel();
    this.context.timers.cancel(this.#timer);
    this.#task.done(result);
  }

  #awaitSilence(): void {
    const { timers, clock, buggify } = this.context;
    const patienceMs = buggify('coordinator.early-silence') ? 0 : LIMITS.silentReplicaMs;
    const silenceMs = clock.monotonicMs() + patienceMs;
    timers.set(this.#timer, Math.min(this.#task.deadlineMs, silenceMs));
  }

  #awaitDeadline(): void {
    this.context.timers.set(this.#timer, this.#task.deadlineMs);
  }

  /** Negative when it is over. */
  remainingMs(): number {
    return this.#task.deadlineMs - this.context.clock.monotonicMs();
  }
}
