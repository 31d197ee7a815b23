/** Bounds how much retries may add to the load: each costs a token, each success gives back a part of one. */
export class RetryBudget {
  static readonly #MAX = 1_000;
  static readonly #PER_SUCCESS = 0.1;
  #tokens = RetryBudget.#MAX;

  /** Takes a token, or says that none is left. */
  take(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** An operation succeeded. */
  refill(): void {
    this.#tokens = Math.min(RetryBudget.#MAX, this.#tokens + RetryBudget.#PER_SUCCESS);
  }
}
