import type { Call } from './model.js';

/** The call of an operation, or its return. */
export interface Entry {
  /** Number of the call in the order of the starts. */
  readonly call: number;
  readonly kind: 'call' | 'return';
  readonly at: number;
}

/**
 * The calls and returns of a history in the order of time, as a doubly linked list of which a call and its return are lifted
 * out, and put back in the reverse order, in O(1). Those that begin and end at one place overlap.
 */
export class CallList {
  /** The position before the first entry. */
  readonly head: number;
  readonly #entries: readonly Entry[];
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  /** Of each call, its position and that of its return. */
  readonly #calls: Int32Array;
  readonly #returns: Int32Array;

  /** `calls` in the order of their starts. */
  constructor(calls: readonly Call<unknown>[]) {
    this.#entries = calls
      .flatMap(({ startAt, endAt }, call): Entry[] => [
        { call, kind: 'call', at: startAt },
        { call, kind: 'return', at: endAt },
      ])
      .sort((a, b) => a.at - b.at || Number(a.kind === 'return') - Number(b.kind === 'return'));
    const length = this.#entries.length;
    this.head = length;
    this.#next = Int32Array.from({ length: length + 1 }, (_, i) => (i === length ? 0 : i + 1));
    this.#previous = Int32Array.from({ length: length + 1 }, (_, i) => (i === 0 ? length : i - 1));
    this.#calls = new Int32Array(calls.length);
    this.#returns = new Int32Array(calls.length);
    for (const [i, { call, kind }] of this.#entries.entries())
      (kind === 'call' ? this.#calls : this.#returns)[call] = i;
  }

  /** The position after this one; after the last, the head again. */
  after(position: number): number {
    return this.#next[position]!;
  }

  entry(position: number): Entry {
    return this.#entries[position]!;
  }

  lift(call: number): void {
    this.#unlink(this.#calls[call]!);
    this.#unlink(this.#returns[call]!);
  }

  /** Undoes the last `lift`, which was of this call. */
  restore(call: number): void {
    this.#link(this.#returns[call]!);
    this.#link(this.#calls[call]!);
  }

  #unlink(position: number): void {
    this.#next[this.#previous[position]!] = this.#next[position]!;
    this.#previous[this.#next[position]!] = this.#previous[position]!;
  }

  #link(position: number): void {
    this.#next[this.#previous[position]!] = position;
    this.#previous[this.#next[position]!] = position;
  }
}
