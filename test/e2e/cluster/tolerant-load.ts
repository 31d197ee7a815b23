import type { KvClient } from '../../../src/client/client.js';
import { KvError } from '../../../src/node/core/errors.js';
import { utf8Decode, utf8Encode } from '../../../src/stdx/bytes.js';

const KEYS_PER_LOOP = 16;

interface Slot {
  /** The newest number that was acknowledged; -1 before the first. */
  acknowledged: number;
  /** The newest number that was tried. */
  tried: number;
}

/**
 * Loops that write rising numbers at quorum, each its own keys, and go on after a failure: what a cluster has to keep while
 * its nodes are killed. A write that failed may have applied or not; one that was acknowledged must be there, or a later one.
 */
export class TolerantLoad {
  /** What attempts came to that were not acknowledged. */
  readonly failures: string[] = [];
  readonly #client: KvClient;
  readonly #slots = new Map<string, Slot>();
  readonly #loops: Promise<unknown>;
  readonly #milestones: { readonly at: number; readonly reached: () => void }[] = [];
  #attempts = 0;
  #acknowledged = 0;
  #stopped = false;

  constructor(client: KvClient, { name, inFlight }: { name: string; inFlight: number }) {
    this.#client = client;
    const loops = Array.from({ length: inFlight }, (_, i) => this.#loop(`${name}-${i}`));
    this.#loops = Promise.all(loops);
    this.#loops.catch(() => undefined);
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Resolves after so many more attempts, whatever they came to. */
  async more(count: number): Promise<void> {
    const reached = new Promise<void>((resolve) => {
      this.#milestones.push({ at: this.#attempts + count, reached: resolve });
    });
    await Promise.race([reached, this.#loops]);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#loops;
  }

  /** The keys whose last acknowledged write is not there, read at quorum. */
  async lost(reader: KvClient): Promise<readonly string[]> {
    const lost: string[] = [];
    for (const [key, slot] of this.#slots) {
      const { acknowledged } = slot;
      const { value } = await reader.get(utf8Encode(key), { level: 'quorum' });
      const found = value === undefined ? -1 : Number(utf8Decode(value));
      if (found < acknowledged || found > slot.tried)
        lost.push(`${key}: ${acknowledged} acknowledged, ${slot.tried} tried, ${found} found`);
    }
    return lost;
  }

  async #loop(name: string): Promise<void> {
    for (let i = 0; !this.#stopped; i++) {
      const key = `${name}-${i % KEYS_PER_LOOP}`;
      const slot = this.#slots.get(key) ?? { acknowledged: -1, tried: -1 };
      this.#slots.set(key, slot);
      slot.tried = i;
      if (await this.#put(key, i)) {
        slot.acknowledged = i;
        this.#acknowledged += 1;
      }
      this.#count();
    }
  }

  async #put(key: string, value: number): Promise<boolean> {
    try {
      await this.#client.put(utf8Encode(key), utf8Encode(`${value}`), { level: 'quorum' });
      return true;
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      this.failures.push(`${key}: ${error.code}: ${error.message}`);
      return false;
    }
  }

  #count(): void {
    this.#attempts += 1;
    while (this.#milestones[0] !== undefined && this.#milestones[0].at <= this.#attempts)
      this.#milestones.shift()?.reached();
  }
}
