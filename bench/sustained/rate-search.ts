/** What a window of one rate has shown; `behind` when operations were begun long after they were due. */
export interface WindowShown {
  readonly p99Ms: number;
  readonly behind: boolean;
}

export const GOAL_P99_MS = 10;
const FIRST_RATE = 100;
const LEAST_RATE = 10;
const RAISE = 1.5;
const BACK_OFF = 0.9;
/** It is narrowed until the lowest rate that failed is within this of the highest that did not. */
const CLOSE = 1.05;
/** A rate has failed when so many windows in a row did: one may have met what something else did to the machine. */
const FAILURES = 2;

/**
 * Looks for the highest rate whose p99 stays under the goal: raises it until it fails, narrows between what failed and what did not, then
 * holds the highest that did not, and backs off where that fails after all.
 */
export class RateSearch {
  #rate = FIRST_RATE;
  #good = 0;
  #bad = Infinity;
  #failures = 0;
  #holding = false;

  get rate(): number {
    return this.#rate;
  }

  /** Whether the rate is one that is held, rather than tried. */
  get holding(): boolean {
    return this.#holding;
  }

  /** The highest rate that has not failed; undefined when there was none. */
  get found(): number | undefined {
    return this.#good === 0 ? undefined : this.#good;
  }

  /** Takes what a window of the current rate has shown into account; says whether it was quick enough. */
  judge({ p99Ms, behind }: WindowShown): boolean {
    if (!behind && p99Ms < GOAL_P99_MS) {
      this.#failures = 0;
      if (!this.#holding) this.#passed();
      return true;
    }
    this.#failures += 1;
    if (this.#failures === FAILURES) this.#failed();
    return false;
  }

  #passed(): void {
    this.#good = this.#rate;
    if (this.#bad === Infinity) this.#rate *= RAISE;
    else this.#narrow();
  }

  #failed(): void {
    this.#failures = 0;
    this.#bad = this.#rate;
    if (this.#holding) {
      this.#good = Math.max(LEAST_RATE, this.#rate * BACK_OFF);
      this.#rate = this.#good;
      return;
    }
    if (this.#good === 0) this.#rate = Math.max(LEAST_RATE, this.#rate / 2);
    else this.#narrow();
  }

  #narrow(): void {
    this.#holding = this.#bad / this.#good <= CLOSE;
    this.#rate = this.#holding ? this.#good : (this.#good + this.#bad) / 2;
  }
}
