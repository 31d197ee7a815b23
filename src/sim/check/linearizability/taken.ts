const BITS = 16;

/**
 * The calls and effects that a partial order has used. Its name is equal for equal sets and short, because nearly all
 * calls before the first missing one are in it.
 */
export class Taken {
  readonly #calls: Uint8Array;
  readonly #effects: Uint16Array;
  /** No call before it is missing. */
  #first = 0;
  #size = 0;

  constructor(calls: number, effects: number) {
    this.#calls = new Uint8Array(calls);
    this.#effects = new Uint16Array(effects);
  }

  /** Calls in it. */
  get size(): number {
    return this.#size;
  }

  addCall(call: number): void {
    this.#calls[call] = 1;
    this.#size += 1;
    while (this.#calls[this.#first] === 1) this.#first += 1;
  }

  removeCall(call: number): void {
    this.#calls[call] = 0;
    this.#size -= 1;
    if (call < this.#first) this.#first = call;
  }

  /** How often the effect is in it. */
  uses(effect: number): number {
    return this.#effects[effect]!;
  }

  use(effect: number, times: 1 | -1): void {
    this.#effects[effect]! += times;
  }

  /** The set of calls as text: the first that is missing, and in which pattern others follow it. */
  nameOfCalls(highest: number): string {
    let name = `${this.#first}:`;
    for (let from = this.#first + 1; from <= highest; from += BITS) {
      let bits = 0;
      for (let i = 0; i < BITS; i += 1) bits |= (this.#calls[from + i] ?? 0) << i;
      name += String.fromCharCode(bits);
    }
    return name;
  }

  /** A copy of how often each effect was used. */
  usedEffects(): Uint16Array {
    return this.#effects.slice();
  }

  /** Whether each effect was used as often as in `other`, or oftener. */
  usesAll(other: Uint16Array): boolean {
    for (let i = 0; i < other.length; i += 1) if (this.#effects[i]! < other[i]!) return false;
    return true;
  }
}
