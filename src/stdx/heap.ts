/** A priority queue: `pop` returns the least item by `compare`; items that compare equal come in no promised order. */
export class Heap<T> {
  readonly #compare: (a: T, b: T) => number;
  readonly #items: T[] = [];

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#items.length;
  }

  /** The least item, left in place. */
  peek(): T | undefined {
    return this.#items[0];
  }

  /** Adds an item in O(log n). */
  push(item: T): void {
    this.#items.push(item);
    this.#rise(this.#items.length - 1);
  }

  /** Removes and returns the least item in O(log n). */
  pop(): T | undefined {
    const least = this.#items[0];
    const last = this.#items.pop();
    if (last !== undefined && this.#items.length > 0) {
      this.#items[0] = last;
      this.#sink(0);
    }
    return least;
  }

  clear(): void {
    this.#items.length = 0;
  }

  /** Moves the item at `from` up to its place, and what it passes down. */
  #rise(from: number): void {
    const items = this.#items;
    const item = items[from]!;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#compare(item, items[parent]!) >= 0) break;
      items[place] = items[parent]!;
      place = parent;
    }
    items[place] = item;
  }

  /** Moves the item at `from` down to its place, and what it passes up. */
  #sink(from: number): void {
    const items = this.#items;
    const item = items[from]!;
    let place = from;
    for (;;) {
      const child = this.#lesserChild(place);
      if (child === undefined || this.#compare(items[child]!, item) >= 0) break;
      items[place] = items[child]!;
      place = child;
    }
    items[place] = item;
  }

  #lesserChild(place: number): number | undefined {
    const items = this.#items;
    const [left, right] = [2 * place + 1, 2 * place + 2];
    if (left >= items.length) return undefined;
    return right < items.length && this.#compare(items[right]!, items[left]!) < 0 ? right : left;
  }
}
