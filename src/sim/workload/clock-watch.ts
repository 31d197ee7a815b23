/**
 * How far clocks may be ahead of every wall clock: a node that crashed begins above its durable ceiling, and the
 * hybrid clock carries a burst of stamps into the milliseconds.
 */
const HYBRID_AHEAD_MS = 15_000;

/** A clock that is further ahead of the others than this is not followed by anybody: the bound of the cluster is half of it. */
const FOLLOWED_MS = 20_000;

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
    const clocks = this.#all().toSorted((a, b) => a - b);
    const middleMs = clocks[clocks.length >> 1] ?? 0;
    for (const wallMs of clocks)
      if (wallMs - middleMs <= FOLLOWED_MS) this.#highestMs = Math.max(this.#highestMs, wallMs);
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
