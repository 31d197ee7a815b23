/** Hands out items once each, in the order of a place of theirs, as a front moves up. */
export class Sweep<T> {
  readonly #items: readonly T[];
  readonly #placeOf: (item: T) => number;
  #next = 0;

  constructor(items: readonly T[], placeOf: (item: T) => number) {
    this.#items = [...items].sort((a, b) => placeOf(a) - placeOf(b));
    this.#placeOf = placeOf;
  }

  /** Calls `visit` with each item whose place is below `front` and that was not handed out before. */
  below(front: number, visit: (item: T) => void): void {
    for (; this.#next < this.#items.length; this.#next += 1) {
      const item = this.#items[this.#next]!;
      if (this.#placeOf(item) >= front) return;
      visit(item);
    }
  }
}
