import type { KvClient } from '../../src/client/client.js';
import { utf8Decode, utf8Encode } from '../../src/stdx/bytes.js';

const KEYS_PER_LOOP = 4;

/** Loops that write and read at quorum, each its own keys, one operation after the other; they stop at the first failure. */
export class QuorumLoad {
  readonly #client: KvClient;
  readonly #acknowledged = new Map<string, number>();
  readonly #loops: Promise<unknown>;
  readonly #milestones: { readonly at: number; readonly reached: () => void }[] = [];
  readonly #perLoop: number[];
  #operations = 0;
  #stopped = false;

  constructor(client: KvClient, inFlight: number) {
    this.#client = client;
    this.#perLoop = Array.from({ length: inFlight }, () => 0);
    this.#loops = Promise.all(Array.from({ length: inFlight }, (_, i) => this.#loop(i)));
    // `more` and `stop` tell of a failure, whenever they are called.
    this.#loops.catch(() => undefined);
  }

  /** Operations that have succeeded so far. */
  get operations(): number {
    return this.#operations;
  }

  /** Resolves after so many more operations; fails with the first operation that fails. */
  async more(count: number): Promise<void> {
    const reached = new Promise<void>((resolve) => {
      this.#milestones.push({ at: this.#operations + count, reached: resolve });
    });
    await Promise.race([reached, this.#loops]);
  }

  /** Resolves when every loop has ended what it was doing, and one operation more. */
  async renewed(): Promise<void> {
    const goal = this.#perLoop.map((done) => done + 2);
    while (this.#perLoop.some((done, i) => done < goal[i]!)) await this.more(1);
  }

  /** Ends the load; fails when any of its operations did. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#loops;
  }

  /** Reads everything that was acknowledged, and gives the keys that do not hold the last of it. */
  async lost(level = 'quorum'): Promise<readonly string[]> {
    const lost: string[] = [];
    for (const [key, last] of this.#acknowledged) {
      const { value } = await this.#client.get(utf8Encode(key), { level });
      if (value === undefined || utf8Decode(value) !== `${last}`) lost.push(key);
    }
    return lost;
  }

  keys(): readonly string[] {
    return [...this.#acknowledged.keys()];
  }

  async #loop(index: number): Promise<void> {
    for (let i = 0; !this.#stopped; i++) {
      const key = `load-${index}-${i % KEYS_PER_LOOP}`;
      await this.#client.put(utf8Encode(key), utf8Encode(`${i}`), { level: 'quorum' });
      this.#acknowledged.set(key, i);
      this.#count(index);
      const { value } = await this.#client.get(utf8Encode(key), { level: 'quorum' });
      if (value === undefined || utf8Decode(value) !== `${i}`)
        throw new Error(`${key} was acknowledged with ${i}, and a read gave ${String(value)}`);
      this.#count(index);
    }
  }

  #count(loop: number): void {
    this.#perLoop[loop]! += 1;
    this.#operations += 1;
    while (this.#milestones[0] !== undefined && this.#milestones[0].at <= this.#operations)
      this.#milestones.shift()?.reached();
  }
}
