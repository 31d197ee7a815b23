/**
 * A running hash of all that happens in a simulated world: two runs with equal hashes did the same, step by step.
 * Two lanes of 32 bits, each the mixing step of Murmur3; no step depends on an engine's floating-point library.
 */
export class Trace {
  #low = 0x9747b28c;
  #high = 0x5bd1e995;

  /** Takes in a whole number; only its low 32 bits count. */
  number(value: number): void {
    this.#low = mix(this.#low, value | 0, 0xcc9e2d51);
    this.#high = mix(this.#high, value | 0, 0x85ebca6b);
  }

  /** Takes in a time in ms with its fraction, to a 2^20th of a ms. */
  time(ms: number): void {
    const whole = Math.floor(ms);
    this.number(whole);
    this.number((ms - whole) * 0x10_0000);
  }

  text(text: string): void {
    this.number(text.length);
    for (let i = 0; i < text.length; i++) this.number(text.charCodeAt(i));
  }

  /** Sixteen hexadecimal digits. */
  hash(): string {
    return [this.#high, this.#low]
      .map((lane) => (lane >>> 0).toString(16).padStart(8, '0'))
      .join('');
  }
}

function mix(lane: number, value: number, factor: number): number {
  const scrambled = Math.imul(rotate(Math.imul(value, factor), 15), 0x1b873593);
  return (Math.imul(rotate(lane ^ scrambled, 13), 5) + 0xe6546b64) | 0;
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
