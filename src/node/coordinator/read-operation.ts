import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { DataReply, ReadRequest } from '../core/messages.js';
import { explainFailedRead, explainFailedRepair } from '../core/quorum/read-failure.js';
import type { ReadAsk } from '../core/quorum/read-quorum.js';
import { tokenOf } from '../core/ring/token.js';
import type { StoredRecord } from '../core/version/record.js';
import { reconcile } from '../core/version/reconcile.js';
import { formatVersion } from '../core/version/version.js';
import { assert } from '../../stdx/assert.js';
import {
  observeReply,
  outcomesOf,
  traceSkipped,
  type OperationContext,
} from './operation-context.js';
import { OperationTimer, type Timed } from './operation-timers.js';
import {
  answerOf,
  beginReadAttempt,
  noteOfRead,
  verifyReply,
  type ReadAttempt,
  type ReadQuestion,
  type ReadResult,
} from './read-attempt.js';
import { RepairStage } from './repair-stage.js';
import { findRoute, newerPlacement } from './route.js';
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
 * replicas for the level before it is answered, so that no later read at the level goes back behind it.
 */
export class ReadOperation implements Timed {
  readonly #context: OperationContext;
  readonly #task: ReadTask;
  readonly #timer = new OperationTimer(this);
  readonly #token: number;
  #attempt: ReadAttempt | undefined;
  #repair: RepairStage | undefined;
  #advancing = false;
  /** Questions sent so far. */
  #asked = 0;
  #replans = 0;
  #finished = false;

  constructor(context: OperationContext, task: ReadTask) {
    this.#context = context;
    this.#task = task;
    this.#token = tokenOf(task.question.key);
  }

  start(): void {
    this.#plan();
  }

  /** Somebody is silent, or the deadline has passed. */
  onTimer(): void {
    const attempt = this.#attempt;
    if (attempt === undefined || this.#remainingMs() <= 0) {
      this.#fail();
      return;
    }
    const repair = this.#repair;
    if (repair === undefined) this.#onSilence(attempt);
    else repair.onSilence();
    // What follows from a silence may have set the timer for a stage of its own, or ended the read.
    if (this.#finished || attempt !== this.#attempt || repair !== this.#repair) return;
    const stage = repair ?? attempt.quorum;
    if (stage.hasSpare) this.#awaitSilence();
    else this.#awaitDeadline();
  }

  #plan(): void {
    const { question } = this.#task;
    const { namespace, level } = question;
    const query = { operation: 'read', namespace, token: this.#token, level } as const;
    const route = findRoute(this.#context, query);
    if (route instanceof KvError) {
      this.#finish(route);
      return;
    }
    const order = this.#context.router
      .orderOf(route.plan, route.alive)
      .filter((replica) => !question.exclude.includes(route.plan.replicas[replica]!.nodeId));
    const attempt = beginReadAttempt(route, order, { question, token: this.#token });
    this.#attempt = attempt;
    this.#awaitSilence();
    traceSkipped(this.#context, this.#task.trace, {
      plan: route.plan,
      alive: route.alive,
      what: 'read',
    });
    this.#advance(attempt);
  }

  /** Takes all steps that are possible now; a reply that comes before its send returns is left to the running loop. */
  #advance(attempt: ReadAttempt): void {
    if (this.#advancing) return;
    this.#advancing = true;
    while (attempt === this.#attempt && this.#repair === undefined && this.#step(attempt));
    this.#advancing = false;
  }

  /** False when only a reply, or time, leads on. */
  #step(attempt: ReadAttempt): boolean {
    const step = attempt.quorum.next();
    switch (step.kind) {
      case 'wait':
        return false;
      case 'ask':
        for (const ask of step.asks) this.#ask(attempt, ask);
        return true;
      case 'agreed':
        this.#agree(attempt, step.from);
        return false;
      case 'differ':
        this.#reconcile(attempt, step.newest);
        return false;
      case 'impossible':
        this.#fail();
        return false;
    }
  }

  #ask(attempt: ReadAttempt, { replica, mode }: ReadAsk): void {
    if (attempt !== this.#attempt) return;
    const { router, clock, hlc } = this.#context;
    const { nodeId } = attempt.plan.replicas[replica]!;
    const { epoch, namespace } = attempt.plan;
    const { key } = this.#task.question;
    const request: ReadRequest = { kind: 'read', epoch, namespace, key, mode, stamp: hlc.read() };
    attempt.askedAtMs[replica] = clock.monotonicMs();
    this.#asked += 1;
    const what = mode === 'value' ? 'full read' : 'digest';
    const step = this.#task.trace?.begin(router.nameOf(nodeId), what);
    router.send(nodeId, { request, remainingMs: this.#remainingMs() }, (reply) => {
      this.#onReply(attempt, { replica, step }, reply);
    });
  }

  #onReply(
    attempt: ReadAttempt,
    { replica, step }: { readonly replica: number; readonly step: number | undefined },
    reply: DataReply,
  ): void {
    const { router, clock } = this.#context;
    const { nodeId } = attempt.plan.replicas[replica]!;
    observeReply(this.#context, reply);
    if (reply.kind !== 'failed') router.noteAnswer(nodeId);
    const verified = verifyReply(attempt.dataKey, reply);
    if (verified.reply.kind === 'corrupt') this.#reportCorrupt(nodeId);
    if (attempt !== this.#attempt || this.#repair !== undefined) return;
    attempt.replies[replica] = { reply: verified.reply, atMs: clock.monotonicMs() };
    if (step !== undefined) this.#task.trace?.end(step, noteOfRead(verified));
    if (reply.kind === 'fenced') {
      this.#replan(reply.epoch);
      return;
    }
    const answer = answerOf(verified);
    if (answer === undefined) attempt.quorum.lose(replica);
    else {
      attempt.records[replica] = verified.record;
      attempt.quorum.answer(replica, answer);
    }
    this.#advance(attempt);
  }

  #onSilence(attempt: ReadAttempt): void {
    const { router, metrics } = this.#context;
    for (const replica of attempt.order) {
      const silent = attempt.askedAtMs[replica] !== undefined && !attempt.replies[replica];
      if (silent) router.noteSilence(attempt.plan.replicas[replica]!.nodeId);
    }
    const asked = this.#asked;
    attempt.quorum.silence();
    this.#advance(attempt);
    if (this.#asked > asked) metrics.silentRetries.inc();
  }

  #agree(attempt: ReadAttempt, from: number | undefined): void {
    const answered = attempt.order.find(
      (replica) => attempt.quorum.answerOf(replica) !== undefined,
    );
    assert(answered !== undefined, 'those who agree have answered');
    this.#answer(attempt, {
      digest: attempt.quorum.answerOf(answered)?.digest,
      record: from === undefined ? undefined : attempt.records[from],
      route: attempt.route,
      repaired: [],
    });
  }

  #reconcile(attempt: ReadAttempt, newest: readonly number[]): void {
    let winner: StoredRecord | undefined;
    for (const replica of newest) winner = reconcile(winner, attempt.records[replica]);
    assert(winner !== undefined, 'copies that differ are not all missing');
    const { router, metrics } = this.#context;
    metrics.readRepairs.inc();
    this.#task.trace?.note(
      router.nameOf(router.ownId),
      'MISMATCH',
      `${formatVersion(winner.version)} wins`,
    );
    this.#repair = new RepairStage(this.#context, {
      attempt,
      winner,
      key: this.#task.question.key,
      deadlineMs: this.#task.deadlineMs,
      trace: this.#task.trace,
      onEnd: (end) => {
        if (end.kind === 'fenced') this.#replan(end.epoch);
        else if (end.kind === 'repaired') this.#answer(attempt, end.result);
        else this.#fail();
      },
    });
    this.#awaitSilence();
    this.#repair.start();
  }

  /** Answers, if what was planned still holds: the replies may have come from owners of yesterday. */
  #answer(attempt: ReadAttempt, result: ReadResult): void {
    const newer = newerPlacement(this.#context, attempt.route);
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
    this.#repair = undefined;
    this.#replans += 1;
    this.#context.metrics.replans.inc();
    this.#awaitDeadline();
    void this.#context.metadata.catchUp(epoch, this.#remainingMs()).then(
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
    const { requirement } = attempt.route;
    const timedOut = this.#remainingMs() <= 0;
    if (this.#repair === undefined)
      this.#finish(
        explainFailedRead({
          requirement,
          timedOut,
          outcomes: outcomesOf(this.#context, attempt),
        }),
      );
    else
      this.#finish(
        explainFailedRepair({ requirement, timedOut, outcomes: this.#repair.outcomes() }),
      );
  }

  #finish(result: ReadResult | KvError): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#attempt = undefined;
    this.#repair?.cancel();
    this.#context.timers.cancel(this.#timer);
    this.#task.done(result);
  }

  #awaitSilence(): void {
    const { timers, clock } = this.#context;
    const silenceMs = clock.monotonicMs() + LIMITS.silentReplicaMs;
    timers.set(this.#timer, Math.min(this.#task.deadlineMs, silenceMs));
  }

  #awaitDeadline(): void {
    this.#context.timers.set(this.#timer, this.#task.deadlineMs);
  }

  #remainingMs(): number {
    return this.#task.deadlineMs - this.#context.clock.monotonicMs();
  }

  #reportCorrupt(nodeId: string): void {
    const { namespace, key } = this.#task.question;
    this.#context.reportCorrupt({ namespace, key, nodeId });
  }
}
