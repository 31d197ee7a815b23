import { KvError } from '../node/core/errors.js';
import { LIMITS } from '../node/core/limits.js';
import type { ClientRequest, ClientResult } from '../node/core/operations.js';
import { formatVersion, type Version } from '../node/core/version/version.js';
import type { TraceStep } from '../node/core/views/trace-views.js';
import type { Clock } from '../node/env/clock.js';
import type { Random } from '../node/env/random.js';
import { allRoutes, firstRoute, type RouteSources } from './policies/route-policy.js';
import { decideRetry } from './policies/retry-policy.js';
import type { RetryBudget } from './retry-budget.js';
import type { ClientConnection } from './transport.js';

/** What all operations of one client share. */
export interface OperationContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly budget: RetryBudget;
  readonly sources: () => RouteSources;
  /** Called after a failure that a newer copy of the ring may avoid. */
  readonly refresh: () => void;
  /** Stamps issued later are above this one. */
  readonly observe: (version: Version) => void;
  /** A stamp of this client, above all that it has issued or observed. */
  readonly issue: () => Version;
}

export interface OperationCall {
  readonly request: ClientRequest;
  readonly timeoutMs: number;
  readonly start: number;
}

const DELAY_MS = 25;
const DELAY_MAX_MS = 400;
/** Attempts of one operation, whatever time is left. */
const ATTEMPTS_MAX = 16;

/**
 * Runs one operation to its end: one attempt after the other, never two at once, each elsewhere, under one deadline.
 * `done` is called exactly once.
 *
 * A write that is superseded is stamped again here, never by a node. What is not done must stay undone: a node that stood still
 * may begin an attempt long after the operation has ended, and a new stamp, given then, would bring the value back over what was
 * acknowledged since. Only the client knows whether the operation goes on. An attempt of an old stamp that comes late does no harm:
 * its stamp is below what superseded it.
 *
 * It is stamped again only when all attempts so far were answered. A superseded answer means that its node has done with the old
 * stamp and will not acknowledge it. An attempt without an answer may have been acknowledged, and its value read and overwritten on
 * purpose; a newer stamp would undo that. So a write of which one outcome is unknown keeps its stamp to the end.
 */
export function runOperation(
  context: OperationContext,
  call: OperationCall,
  done: (result: ClientResult | KvError) => void,
): void {
  new Operation(context, call, done).attempt();
}

class Operation {
  readonly #context: OperationContext;
  readonly #call: OperationCall;
  readonly #done: (result: ClientResult | KvError) => void;
  readonly #deadlineMs: number;
  readonly #tried = new Set<ClientConnection>();
  /** That of the next attempt: a write that was superseded goes on under another stamp. */
  #request: ClientRequest;
  /** Attempts under whatever stamp, but for those that only followed a new one. */
  #attempts = 0;
  /** What superseded the write, each time that it was stamped again. */
  readonly #beaten: Version[] = [];
  /** An attempt of which nobody said how it ended: it may still run, or have been acknowledged. */
  #unknown: KvError | undefined;
  /** An attempt that was superseded, and has left its stamp on some replica, or may yet. */
  #leftBehind: KvError | undefined;

  constructor(
    context: OperationContext,
    call: OperationCall,
    done: (result: ClientResult | KvError) => void,
  ) {
    this.#context = context;
    this.#call = call;
    this.#request = call.request;
    this.#done = done;
    this.#deadlineMs = context.clock.monotonicMs() + call.timeoutMs;
  }

  attempt(): void {
    const connection = this.#pick();
    if (connection === undefined) {
      this.#done(new KvError('KV_UNREACHABLE', 'no endpoint is known'));
      return;
    }
    this.#attempts += 1;
    this.#tried.add(connection);
    this.#send(connection);
  }

  #send(connection: ClientConnection): void {
    const leftMs = this.#deadlineMs - this.#context.clock.monotonicMs();
    // An attempt never takes all of the time while another node could still answer.
    const attemptMs = Math.max(1, Math.min(leftMs, LIMITS.requestMs));
    const watch = this.#context.sources().connections.watchOf(connection);
    watch.sent(this.#context.clock.monotonicMs());
    connection.operate(this.#request, attemptMs, (result) => {
      if (isAnswer(result)) watch.answered(this.#context.clock.monotonicMs());
      else watch.expired();
      if (!(result instanceof KvError)) {
        this.#context.budget.refill();
        this.#done(withRestamps(result, this.#beaten));
      } else if (result.code === 'KV_SUPERSEDED') {
        this.#superseded(connection, result);
      } else {
        this.#failed(result);
      }
    });
  }

  /** Stamps the write again, above what superseded it, and sends it to the node that knows; or ends it, and says why. */
  #superseded(connection: ClientConnection, answer: KvError): void {
    const { supersededBy } = answer;
    const request = this.#request;
    if (supersededBy === undefined || request.kind === 'get' || request.kind === 'exists') {
      this.#failed(answer);
      return;
    }
    if (answer.outcome !== 'not_applied') this.#leftBehind = answer;
    this.#context.observe(supersededBy);
    const why = this.#whyNotAgain();
    if (why !== undefined) {
      this.#done(this.#giveIn(answer, why));
      return;
    }
    this.#beaten.push(supersededBy);
    this.#request = { ...request, version: this.#context.issue() };
    this.#send(connection);
  }

  #whyNotAgain(): string | undefined {
    if (this.#unknown !== undefined) return 'an earlier attempt may have been acknowledged';
    if (this.#beaten.length === LIMITS.restamps)
      return `that was done ${LIMITS.restamps} times already`;
    const timeLeft = this.#context.clock.monotonicMs() < this.#deadlineMs;
    return timeLeft ? undefined : 'the time is over';
  }

  #pick(): ClientConnection | undefined {
    const place = this.#call.request;
    const sources = this.#context.sources();
    if (this.#attempts === 0) return firstRoute(place, sources, this.#call.start);
    const routes = allRoutes(place, sources);
    return (
      routes.find((connection) => !this.#tried.has(connection)) ??
      routes[this.#attempts % Math.max(1, routes.length)]
    );
  }

  #failed(error: KvError): void {
    if (error.outcome === 'unknown') this.#unknown = error;
    const { clock, budget, refresh, random } = this.#context;
    const decision = decideRetry(error, this.#attempts);
    if (error.code === 'KV_UNREACHABLE' || error.code === 'KV_EPOCH_CHANGED') refresh();
    const delayMs = decision.kind === 'elsewhere' && decision.delay ? this.#delayMs(random) : 0;
    const timeLeft = clock.monotonicMs() + delayMs < this.#deadlineMs;
    if (
      decision.kind === 'give-up' ||
      this.#nobodyThere(error) ||
      !timeLeft ||
      this.#attempts >= ATTEMPTS_MAX ||
      !budget.take()
    ) {
      this.#done(this.#verdict(error));
      return;
    }
    if (delayMs === 0) this.attempt();
    else
      clock.after(delayMs, () => {
        this.attempt();
      });
  }

  /** Every node that is known refused a connection, some of them twice: waiting longer is for the caller to decide. */
  #nobodyThere(error: KvError): boolean {
    if (error.code !== 'KV_UNREACHABLE' || this.#unknown !== undefined) return false;
    const routes = allRoutes(this.#call.request, this.#context.sources());
    const broken = routes.every((connection) => connection.state() === 'broken');
    return broken && this.#attempts > routes.length + 1;
  }

  #delayMs(random: Random): number {
    const bound = Math.min(DELAY_MAX_MS, DELAY_MS * 2 ** Math.min(this.#attempts, 5));
    return bound / 2 + (bound / 2) * random.nextFloat();
  }

  #giveIn(answer: KvError, why: string): KvError {
    const { message, replicas, hints, supersededBy } = answer;
    const unknown = this.#unknown !== undefined || this.#leftBehind !== undefined;
    return new KvError(
      unknown ? 'KV_WRITE_TIMEOUT' : 'KV_SUPERSEDED',
      `${message}; it was not stamped again: ${why}`,
      {
        outcome: unknown ? 'unknown' : 'not_applied',
        replicas,
        hints,
        supersededBy,
        cause: answer,
      },
    );
  }

  /** A write that may have applied, under whatever stamp, stays `unknown`, whatever the last attempt said. */
  #verdict(last: KvError): KvError {
    const earlier = this.#unknown ?? this.#leftBehind;
    if (earlier === undefined || last.outcome === 'unknown') return last;
    return new KvError('KV_WRITE_TIMEOUT', `${earlier.message}; then ${last.message}`, {
      outcome: 'unknown',
      replicas: earlier.replicas,
      hints: earlier.hints,
      cause: last,
    });
  }
}

/** A time-out may be the node's own word, but one that needs so long is not to be asked first either. */
function isAnswer(result: ClientResult | KvError): boolean {
  if (!(result instanceof KvError)) return true;
  const { code } = result;
  return code !== 'KV_READ_TIMEOUT' && code !== 'KV_WRITE_TIMEOUT' && code !== 'KV_UNREACHABLE';
}

/** The trace of the last attempt begins with why there was more than one stamp. */
function withRestamps(result: ClientResult, beaten: readonly Version[]): ClientResult {
  const { kind, trace } = result;
  if (kind !== 'written' || trace === undefined || beaten.length === 0) return result;
  const notes = beaten.map((version): TraceStep => {
    const note = `a newer version ${formatVersion(version)} exists`;
    return { node: 'client', what: 'restamp', startMs: 0, tookMs: undefined, note };
  });
  return { ...result, trace: { ...trace, steps: [...notes, ...trace.steps] } };
}
