/**
 * How far clocks may be ahead of every wall clock: a node that crashed begins above its durable ceiling, and the
 * hybrid clock carries a burst of stamps into the milliseconds.
 */
const HYBRID_AHEAD_MS = 15_000;

/** A clock that is further ahead of the others than this is not followed by anybody: the bound of the cluster is half of it. */
const FOLLOWED_MS = 20_000;

/** What a node knows of the clocks of others is as old as the message that told it. */
const ESTIMATE_MS = 2_000;

/** Where a watch finds the clocks of a world. */
export interface WatchedClocks {
  /** Wall clocks of the machines of nodes, also of those that are down. */
  readonly nodes: () => readonly number[];
  /** Of every machine. */
  readonly all: () => readonly number[];
  /** Of nodes that have heard no other clock: for what they alone are asked they have nothing else to go by. */
  readonly lonely: () => readonly number[];
}

/** What the clocks of a world have shown: the bounds between which a checker lets a value expire. */
export class ClockWatch {
  readonly #clocks: WatchedClocks;
  #highestMs = 0;

  constructor(clocks: WatchedClocks) {
    this.#clocks = clocks;
  }

  /** Looks at all clocks; to be called before one of them is stepped back. */
  look(): void {
    const clocks = this.#clocks.all().toSorted((a, b) => a - b);
    const middleMs = clocks[clocks.length >> 1] ?? 0;
    const followed = clocks.filter((wallMs) => wallMs - middleMs <= FOLLOWED_MS);
    this.#highestMs = Math.max(this.#highestMs, ...followed, ...this.#clocks.lonely());
  }

  /** No node judges expiry by an earlier time from now on, unless a clock is stepped back. */
  lowestMs(): number {
    return this.#clocks
      .nodes()
      .reduce((lowest, wallMs) => Math.min(lowest, wallMs), Number.MAX_SAFE_INTEGER);
  }

  /** No node has ever judged expiry by a later time. */
  highestMs(): number {
    this.look();
    return this.#highestMs + HYBRID_AHEAD_MS;
  }

  /** No node has ever taken the time of a wall clock, its own or that of its peers, for later. */
  highestWallMs(): number {
    this.look();
    return this.#highestMs + ESTIMATE_MS;
  }
}
