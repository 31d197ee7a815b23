import { LIMITS } from '../node/core/limits.js';

/**
 * Tells a node that answers from one that only takes requests: a stopped process keeps its connections, and each operation that is
 * sent there waits for its whole deadline.
 */
export class AnswerWatch {
  /** Since when an answer is owed; kept when the requests expire, until something answers. */
  #owedSinceMs: number | undefined;
  #waiting = 0;

  /** A request is sent now; `answered` or `expired` follows. */
  sent(nowMs: number): void {
    this.#waiting += 1;
    this.#owedSinceMs ??= nowMs;
  }

  /** One of the requests was answered, whatever the answer says. */
  answered(nowMs: number): void {
    this.#waiting -= 1;
    this.heard(nowMs);
  }

  /** One of the requests has waited for nothing. */
  expired(): void {
    this.#waiting -= 1;
  }

  /** The node has answered something else. */
  heard(nowMs: number): void {
    this.#owedSinceMs = this.#waiting > 0 ? nowMs : undefined;
  }

  /** True while the node owes an answer for too long. */
  silent(nowMs: number): boolean {
    return this.#owedSinceMs !== undefined && nowMs - this.#owedSinceMs > LIMITS.silentNodeMs;
  }
}
