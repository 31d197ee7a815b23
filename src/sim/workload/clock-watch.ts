/**
 * How far clocks may be ahead of every wall clock: a node that crashed begins above its durable ceiling, and the
 * hybrid clock carries a burst of stamps into the milliseconds.
 */
const HYBRID_AHEAD_MS = 15_000;

/** What the clocks of a world have shown: the bounds between which a checker lets a value expire. */
export class ClockWatch {
  readonly #nodes: () => readonly number[];
  readonly #all: () => readonly number[];
  #highestMs = 0;

  /** `nodes`: wall clocks of the machines of nodes, also of those that are down; `all`: of every machine. */
  constructor(nodes: () => readonly number[], all: () => readonly number[]) {
    this.#nodes = nodes;
    this.#all = all;
  }

  /** Looks at all clocks; to be called before one of them is stepped back. */
  look(): void {
    for (const wallMs of this.#all()) this.#highestMs = Math.max(this.#highestMs, wallMs);
  }

  /** No node judges expiry by an earlier time from now on, unless a clock is stepped back. */
  lowestMs(): number {
    return this.#nodes().reduce(
      (lowest, wallMs) => Math.min(lowest, wallMs),
      Number.MAX_SAFE_INTEGER,
    );
  }

  /** No node has ever judged expiry by a later time. */
  highestMs(): number {
    this.look();
    return this.#highestMs + HYBRID_AHEAD_MS;
  }
}
