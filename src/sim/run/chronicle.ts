/** One line of what happened. */
export interface ChronicleLine {
  /** Virtual time. */
  readonly atMs: number;
  /** The machine concerned, or `all`. */
  readonly who: string;
  readonly what: string;
  /** Until when it lasts; undefined for a moment. */
  readonly untilMs?: number | undefined;
}

const LINES_MAX = 50_000;

/** What was done to a world, and what it did, in order; the first lines, when there are too many. */
export class Chronicle {
  readonly #lines: ChronicleLine[] = [];
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** `forMs` is how long it lasts. */
  add(who: string, what: string, forMs?: number): void {
    if (this.#lines.length >= LINES_MAX) return;
    const atMs = this.#nowMs();
    this.#lines.push({ atMs, who, what, untilMs: forMs === undefined ? undefined : atMs + forMs });
  }

  lines(): readonly ChronicleLine[] {
    return this.#lines;
  }
}
