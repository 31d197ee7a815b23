import type { Prng } from '../../stdx/prng.js';

const LEAST_LATENCY_MS = 1;
const MOST_LATENCY_MS = 20;

/** What becomes of messages: each is lost with the same chance, or under way for 1 to 20 ms. */
export class MessageFate {
  readonly #loss: number;
  readonly #prng: Prng;

  constructor(loss: number, prng: Prng) {
    this.#loss = loss;
    this.#prng = prng;
  }

  isLost(): boolean {
    return this.#loss > 0 && this.#prng.nextFloat() < this.#loss;
  }

  latencyMs(): number {
    return LEAST_LATENCY_MS + this.#prng.nextFloat() * (MOST_LATENCY_MS - LEAST_LATENCY_MS);
  }

  /** How long so many messages take one after the other; undefined when one of them is lost. */
  relayMs(messages: number): number | undefined {
    let totalMs = 0;
    let arrives = true;
    for (let i = 0; i < messages; i++) {
      if (this.isLost()) arrives = false;
      totalMs += this.latencyMs();
    }
    return arrives ? totalMs : undefined;
  }
}
