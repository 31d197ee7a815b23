/** One line of what happened. */
export interface ChronicleLine {
  /** Virtual time. */
  readonly atMs: number;
  /** The machine concerned, or `all`. */
  readonly who: string;
  readonly what: string;
}

const LINES_MAX = 50_000;

/** What was done to a world, and what it did, in order; the first lines, when there are too many. */
export class Chronicle {
  readonly #lines: ChronicleLine[] = [];
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  add(who: string, what: string): void {
    if (this.#lines.length < LINES_MAX) this.#lines.push({ atMs: this.#nowMs(), who, what });
  }

  lines(): readonly ChronicleLine[] {
    return this.#lines;
  }
}
