/** A message's way and weight. */
export interface Freight {
  readonly from: string;
  readonly to: string;
  readonly bytes: number;
}

type Waiting = (() => void)[];

/** What stops or delays messages between machines: cuts, clogs, resets, and links that are busy. */
export class TrafficRules {
  readonly #cuts = new Map<string, number>();
  readonly #clogs = new Map<string, { depth: number; readonly waiting: Waiting }>();
  readonly #resets = new Map<string, number>();
  readonly #freeAtMs = new Map<string, number>();

  /** Cuts one direction, once more. */
  cut(from: string, to: string): void {
    const way = wayOf(from, to);
    this.#cuts.set(way, (this.#cuts.get(way) ?? 0) + 1);
  }

  heal(from: string, to: string): void {
    const way = wayOf(from, to);
    const depth = (this.#cuts.get(way) ?? 0) - 1;
    if (depth > 0) this.#cuts.set(way, depth);
    else this.#cuts.delete(way);
  }

  isCut(from: string, to: string): boolean {
    return this.#cuts.size > 0 && this.#cuts.has(wayOf(from, to));
  }

  /** Ends all cuts and clogs. */
  clear(): void {
    this.#cuts.clear();
    const clogs = [...this.#clogs.values()];
    this.#clogs.clear();
    for (const { waiting } of clogs) for (const arrive of waiting) arrive();
  }

  /** What arrives in this direction waits from now on. */
  clog(from: string, to: string): void {
    const way = wayOf(from, to);
    const clog = this.#clogs.get(way);
    if (clog === undefined) this.#clogs.set(way, { depth: 1, waiting: [] });
    else clog.depth += 1;
  }

  /** Ends one clog of this direction; with the last of them all that waits arrives, in order. */
  unclog(from: string, to: string): void {
    const way = wayOf(from, to);
    const clog = this.#clogs.get(way);
    if (clog === undefined) return;
    clog.depth -= 1;
    if (clog.depth > 0) return;
    this.#clogs.delete(way);
    for (const arrive of clog.waiting) arrive();
  }

  /** Where a message of this direction must wait; undefined lets it through. */
  clogOf(from: string, to: string): Waiting | undefined {
    return this.#clogs.size === 0 ? undefined : this.#clogs.get(wayOf(from, to))?.waiting;
  }

  /** Notes that the connections between two machines broke now. */
  reset(one: string, other: string, atMs: number): void {
    this.#resets.set(wayOf(one, other), atMs);
    this.#resets.set(wayOf(other, one), atMs);
  }

  /** True when the connection has broken since the message was sent. */
  wasReset(from: string, to: string, sentMs: number): boolean {
    if (this.#resets.size === 0) return false;
    return (this.#resets.get(wayOf(from, to)) ?? Number.NEGATIVE_INFINITY) > sentMs;
  }

  /** How long a message waits, and takes, to get onto its link. */
  queue({ from, to, bytes }: Freight, nowMs: number, bytesPerMs: number | undefined): number {
    if (bytesPerMs === undefined) return 0;
    const way = wayOf(from, to);
    const doneMs = Math.max(nowMs, this.#freeAtMs.get(way) ?? 0) + bytes / bytesPerMs;
    this.#freeAtMs.set(way, doneMs);
    return doneMs - nowMs;
  }
}

function wayOf(from: string, to: string): string {
  return `${from}>${to}`;
}
