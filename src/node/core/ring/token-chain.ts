import { assert } from '../../../stdx/assert.js';
import type { TokenCircle } from './replica-walk.js';
import { SLOT_COUNT } from './token.js';

/** Slots that hold a token, ascending, and for each the node that owns it, by its number in the data centre. */
export interface SettledSlots {
  readonly slots: Int32Array;
  readonly nodes: Uint16Array;
}

/**
 * The tokens of one data centre in a circle, where those of one newcomer are put in and taken out in O(1).
 * Entries 0..settled-1 are the tokens of the others, in order; the entries after them belong to the newcomer, whose number
 * is the greatest, and are in the circle only between `put` and `take`.
 */
export class TokenChain implements TokenCircle {
  readonly owners: Uint16Array;
  readonly next: Int32Array;
  readonly settled: number;
  readonly #previous: Int32Array;
  readonly #slots: Int32Array;

  /** `settled` is not empty; `room` is the number of tokens that the newcomer may have. */
  constructor(settled: SettledSlots, newcomer: number, room: number) {
    const count = settled.slots.length;
    assert(count > 0, 'the first tokens of a data centre need no chain');
    this.settled = count;
    this.owners = new Uint16Array(count + room).fill(newcomer);
    this.owners.set(settled.nodes);
    this.#slots = new Int32Array(count + room);
    this.#slots.set(settled.slots);
    this.next = new Int32Array(count + room);
    this.#previous = new Int32Array(count + room);
    for (let entry = 0; entry < count; entry++) {
      this.next[entry] = (entry + 1) % count;
      this.#previous[entry] = (entry + count - 1) % count;
    }
  }

  previous(entry: number): number {
    return this.#previous[entry]!;
  }

  slotOf(entry: number): number {
    return this.#slots[entry]!;
  }

  /** Slots in the range that this entry owns; the chain never has two entries in one slot. */
  lengthOf(entry: number): number {
    return clockwise(this.#slots[this.#previous[entry]!]!, this.#slots[entry]!);
  }

  /** Puts an entry of the newcomer into the circle, at a free slot. */
  put(entry: number, slot: number): void {
    this.#slots[entry] = slot;
    this.#link(entry, this.#after(slot));
  }

  /** Takes an entry out of the circle. */
  take(entry: number): void {
    const before = this.#previous[entry]!;
    const after = this.next[entry]!;
    this.next[before] = after;
    this.#previous[after] = before;
  }

  /** Undoes the `take` just made. */
  putBack(entry: number): void {
    this.#link(entry, this.next[entry]!);
  }

  #link(entry: number, after: number): void {
    const before = this.#previous[after]!;
    this.#previous[entry] = before;
    this.next[entry] = after;
    this.next[before] = entry;
    this.#previous[after] = entry;
  }

  /** The entry that owns a free slot. */
  #after(slot: number): number {
    let low = 0;
    let high = this.settled;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#slots[middle]! > slot) high = middle;
      else low = middle + 1;
    }
    let entry = low % this.settled;
    // The settled entry found may have the newcomer's before it: go back while that brings us nearer.
    for (;;) {
      const before = this.#previous[entry]!;
      if (this.#distance(slot, before) >= this.#distance(slot, entry)) return entry;
      entry = before;
    }
  }

  #distance(slot: number, entry: number): number {
    return clockwise(slot, this.#slots[entry]!);
  }
}

/** Slots from one to the other, going up; the whole ring when they are the same. */
function clockwise(from: number, to: number): number {
  const distance = to - from;
  return distance > 0 ? distance : distance + SLOT_COUNT;
}
