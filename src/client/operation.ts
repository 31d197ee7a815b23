import { KvError } from '../node/core/errors.js';
import { LIMITS } from '../node/core/limits.js';
import type { ClientRequest, ClientResult } from '../node/core/operations.js';
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
  #attempts = 0;
  #unknown: KvError | undefined;

  constructor(
    context: OperationContext,
    call: OperationCall,
    done: (result: ClientResult | KvError) => void,
  ) {
    this.#context = context;
    this.#call = call;
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
    const leftMs = this.#deadlineMs - this.#context.clock.monotonicMs();
    // An attempt never takes all of the time while another node could still answer.
    const attemptMs = Math.max(1, Math.min(leftMs, LIMITS.requestMs));
    const watch = this.#context.sources().connections.watchOf(connection);
    watch.sent(this.#context.clock.monotonicMs());
    connection.operate(this.#request(), attemptMs, (result) => {
      if (isAnswer(result)) watch.answered(this.#context.clock.monotonicMs());
      else watch.expired();
      if (result instanceof KvError) {
        this.#failed(result);
        return;
      }
      this.#context.budget.refill();
      this.#done(result);
    });
  }

  /** The request of this attempt: once an outcome is unknown, nobody may stamp it again. */
  #request(): ClientRequest {
    const { request } = this.#call;
    if (this.#unknown === undefined || request.kind === 'get' || request.kind === 'exists')
      return request;
    return { ...request, restamp: false };
  }

  #pick(): ClientConnection | undefined {
    const { key } = this.#call.request;
    const sources = this.#context.sources();
    if (this.#attempts === 0) return firstRoute(key, sources, this.#call.start);
    const routes = allRoutes(key, sources);
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
    const routes = allRoutes(this.#call.request.key, this.#context.sources());
    const broken = routes.every((connection) => connection.state() === 'broken');
    return broken && this.#attempts > routes.length + 1;
  }

  #delayMs(random: Random): number {
    const bound = Math.min(DELAY_MAX_MS, DELAY_MS * 2 ** Math.min(this.#attempts, 5));
    return bound / 2 + (bound / 2) * random.nextFloat();
  }

  /** A write that may have applied stays `unknown`, whatever the last attempt said. */
  #verdict(last: KvError): KvError {
    if (this.#unknown === undefined || last.outcome === 'unknown') return last;
    return new KvError('KV_WRITE_TIMEOUT', `${this.#unknown.message}; then ${last.message}`, {
      outcome: 'unknown',
      replicas: this.#unknown.replicas,
      hints: this.#unknown.hints,
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
