import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { DataReply } from '../core/messages.js';
import { provesNotApplied } from '../core/quorum/replica-outcome.js';
import { explainFailedWrite, type FailedWrite } from '../core/quorum/write-failure.js';
import { tokenOf } from '../core/ring/token.js';
import { formatVersion, type Version } from '../core/version/version.js';
import type { HlcService } from '../services.js';
import type { MissedWrites } from './missed-writes.js';
import { outcomesOf, type OperationContext } from './operation-context.js';
import { OperationTimer, type Timed } from './operation-timers.js';
import { findRoute, newerPlacement } from './route.js';
import { sendWrite, type AttemptOwner } from './send-write.js';
import type { TraceRecorder } from './trace-recorder.js';
import {
  beginWriteAttempt,
  confirmedBy,
  hintWarning,
  highestKnown,
  settlementOf,
  takesHints,
  type WriteAttempt,
} from './write-attempt.js';
import type { WriteResult, WriteTask } from './write-task.js';

/**
 * One write, from its plan to its answer: sent to all replicas at once, acknowledged when the level is met under a plan that
 * still holds. When it was fenced it is planned again, with the same stamp. When it was superseded, only the one that stamped it may
 * stamp it again: this operation does so above what superseded it if the stamp is its own, and else answers KV_SUPERSEDED. It cannot
 * know whether the client still waits; a process that stood still would bring back what had been overwritten since.
 */
export class WriteOperation implements Timed, AttemptOwner {
  readonly context: OperationContext;
  readonly trace: TraceRecorder | undefined;
  readonly #missed: MissedWrites;
  readonly #task: WriteTask;
  readonly #timer = new OperationTimer(this);
  readonly #token: number;
  #version: Version | undefined;
  #attempt: WriteAttempt | undefined;
  /** An attempt before this one may have applied somewhere. */
  #earlierMayApply = false;
  #restamps = 0;
  #replans = 0;
  #finished = false;

  constructor(context: OperationContext, missed: MissedWrites, task: WriteTask) {
    this.context = context;
    this.#missed = missed;
    this.#task = task;
    this.trace = task.trace;
    this.#token = tokenOf(task.request.key);
    this.#version = task.request.version;
  }

  start(): void {
    this.context.timers.set(this.#timer, this.#task.deadlineMs);
    this.#plan();
  }

  /** The deadline has passed, or a superseded write waits for somebody silent. */
  onTimer(): void {
    const attempt = this.#attempt;
    if (attempt === undefined || this.remainingMs() <= 0) {
      this.#fail();
      return;
    }
    this.context.timers.set(this.#timer, this.#task.deadlineMs);
    const verdict = attempt.quorum.verdictOfReplies();
    if (verdict === 'superseded') this.#superseded(attempt);
    else if (verdict === 'impossible' && takesHints(attempt)) this.#handOver(attempt);
  }

  #plan(): void {
    const { namespace, level } = this.#task.request;
    const query = { operation: 'write', namespace, token: this.#token, level } as const;
    const route = findRoute(this.context, query);
    if (route instanceof KvError) {
      this.#refuse(route);
      return;
    }
    // The first write of a cluster opens it, so that nobody joins empty beside data.
    if (!route.book.view.metadata.opened) {
      this.#planAfter(this.context.metadata.open(this.remainingMs()));
      return;
    }
    const version = this.#version ?? issue(this.context.hlc);
    if (version instanceof KvError) {
      this.#refuse(version);
      return;
    }
    this.#version = version;
    this.#send(
      beginWriteAttempt(route, { request: this.#task.request, token: this.#token, version }),
    );
  }

  #planAfter(metadata: Promise<unknown>): void {
    void metadata.then(
      () => {
        if (!this.#finished) this.#plan();
      },
      (error: unknown) => {
        if (!(error instanceof KvError)) throw error;
        this.#refuse(error);
      },
    );
  }

  #send(attempt: WriteAttempt): void {
    this.#attempt = attempt;
    if (takesHints(attempt)) this.#expectSilence(this.remainingMs() / 2);
    sendWrite(this, attempt);
    // Of no replica that is alive nobody will hear.
    if (attempt === this.#attempt && takesHints(attempt)) this.#judge(attempt);
  }

  isCurrent(attempt: WriteAttempt): boolean {
    return attempt === this.#attempt;
  }

  onReply(attempt: WriteAttempt, replica: number, reply: DataReply): void {
    if (reply.kind === 'fenced') {
      this.#replan(attempt, reply.epoch);
      return;
    }
    attempt.quorum.settle(replica, settlementOf(reply));
    if (reply.kind === 'superseded') this.#expectSilence(LIMITS.silentReplicaMs);
    this.#judge(attempt);
  }

  onLateReply(attempt: WriteAttempt, replica: number, reply: DataReply): void {
    this.#missed.replied(attempt, replica, reply);
  }

  /** The level may still be met by those that have not replied; if they are silent, a newer stamp, or a hint, is the better hope. */
  #expectSilence(forMs: number): void {
    const { timers, clock } = this.context;
    timers.set(this.#timer, Math.min(this.#task.deadlineMs, clock.monotonicMs() + forMs));
  }

  #judge(attempt: WriteAttempt): void {
    switch (attempt.quorum.verdict()) {
      case 'waiting':
        return;
      case 'acknowledged':
        this.#acknowledge(attempt);
        return;
      case 'superseded':
        this.#superseded(attempt);
        return;
      case 'impossible':
        if (takesHints(attempt)) this.#handOver(attempt);
        else this.#fail();
    }
  }

  /** No replica takes it now: durable hints for all of them are what level any asks for. */
  #handOver(attempt: WriteAttempt): void {
    if (attempt.hinted) return;
    this.#missed.keep(attempt, (kept) => {
      if (attempt !== this.#attempt) return;
      const { version, route } = attempt;
      const warnings = [hintWarning(this.context, attempt)];
      const acks = confirmedBy(this.context, attempt);
      if (kept) this.#finish({ version, route, acks, warnings });
      else if (attempt.quorum.verdict() === 'impossible')
        this.#fail({ reason: 'no hint could be kept in their place' });
    });
  }

  #acknowledge(attempt: WriteAttempt): void {
    // The replies may have come from owners of yesterday: what was planned must still hold when it is acknowledged.
    const newer = newerPlacement(this.context, attempt.route);
    if (newer !== undefined) {
      this.#replan(attempt, newer);
      return;
    }
    const { route, plan, version } = attempt;
    const shortfall = route.book.shortfall(route.namespace, plan);
    this.#finish({
      version,
      route,
      acks: confirmedBy(this.context, attempt),
      warnings: shortfall === undefined ? [] : [shortfall],
    });
    this.#missed.follow(attempt, this.#task.deadlineMs);
  }

  /** Only a newer stamp can still reach the level. */
  #superseded(attempt: WriteAttempt): void {
    const highest = highestKnown(attempt);
    const reason = `a newer version ${formatVersion(highest)} exists`;
    if (this.#task.request.version !== undefined) {
      this.context.metrics.superseded.inc();
      this.#fail({ reason, supersededBy: highest });
    } else if (this.#restamps === LIMITS.restamps) {
      this.#fail({
        reason: `${reason}, and it was stamped again ${LIMITS.restamps} times already`,
      });
    } else {
      this.#retire(attempt);
      this.#restamp(highest, reason);
    }
  }

  #restamp(above: Version, reason: string): void {
    const { hlc, metrics, router, timers } = this.context;
    this.#restamps += 1;
    timers.set(this.#timer, this.#task.deadlineMs);
    metrics.restamps.inc();
    hlc.observe(above);
    this.#version = undefined;
    this.trace?.note(router.nameOf(router.ownId), 'restamp', reason);
    this.#plan();
  }

  #replan(attempt: WriteAttempt, epoch: number): void {
    if (this.#replans === LIMITS.replans) {
      this.#fail({ reason: `the placement changed ${LIMITS.replans} times meanwhile` });
      return;
    }
    this.#retire(attempt);
    this.#replans += 1;
    this.context.metrics.replans.inc();
    this.#planAfter(this.context.metadata.catchUp(epoch, this.remainingMs()));
  }

  /** Replies to this attempt change nothing any more. */
  #retire(attempt: WriteAttempt): void {
    this.#earlierMayApply ||=
      attempt.hinted || !outcomesOf(this.context, attempt).every(provesNotApplied);
    this.#attempt = undefined;
  }

  /** Ends with an error of before anything was sent; if an earlier attempt was sent, its fate is said too. */
  #refuse(error: KvError): void {
    if (!this.#earlierMayApply) {
      this.#finish(error);
      return;
    }
    const { message, replicas, hints } = error;
    this.#finish(
      new KvError('KV_WRITE_TIMEOUT', `${message}; an earlier attempt may still apply`, {
        outcome: 'unknown',
        replicas,
        hints,
        cause: error,
      }),
    );
  }

  #fail({
    reason,
    supersededBy,
  }: Partial<Pick<FailedWrite, 'reason' | 'supersededBy'>> = {}): void {
    const attempt = this.#attempt;
    if (attempt === undefined) {
      const message = 'write timeout: the cluster metadata did not arrive in time';
      this.#refuse(new KvError('KV_WRITE_TIMEOUT', message));
      return;
    }
    const error = explainFailedWrite({
      requirement: attempt.route.requirement,
      outcomes: outcomesOf(this.context, attempt),
      timedOut: this.remainingMs() <= 0,
      earlierMayApply: this.#earlierMayApply || attempt.hinted,
      supersededBy,
      reason,
    });
    this.#finish(error);
    // What may be somewhere is brought everywhere; what surely was refused stays so.
    if (error.outcome === 'unknown') this.#missed.follow(attempt, this.#task.deadlineMs);
  }

  #finish(result: WriteResult | KvError): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#attempt = undefined;
    this.context.timers.cancel(this.#timer);
    this.#task.done(result);
  }

  /** Negative when it is over. */
  remainingMs(): number {
    return this.#task.deadlineMs - this.context.clock.monotonicMs();
  }
}

function issue(hlc: HlcService): Version | KvError {
  try {
    return hlc.issue();
  } catch (error) {
    if (error instanceof KvError) return error;
    throw error;
  }
}
