import type { Random } from '../../node/env/random.js';

/**
 * What clients do to a key. `register`: one client writes it, all read it, at quorum. `hot`: few keys, everybody, at quorum and above.
 * `mixed`: everything, at any level, with deletes and lives.
 */
type KeyClass = 'register' | 'hot' | 'mixed';

export interface SimKey {
  readonly name: string;
  readonly class: KeyClass;
  /** Of a register: the only client that writes it. */
  readonly writer: string | undefined;
}

export interface KeySpaceOptions {
  readonly clients: readonly string[];
  readonly registersEach: number;
  readonly hot: number;
  readonly mixed: number;
}

/** The keys of a workload, and the chance with which each is chosen. */
export class KeySpace {
  readonly #registers: readonly SimKey[];
  readonly #hot: readonly SimKey[];
  readonly #mixed: readonly SimKey[];
  readonly #mixedShares: readonly number[];

  constructor({ clients, registersEach, hot, mixed }: KeySpaceOptions) {
    this.#registers = clients.flatMap((writer) =>
      numbered(registersEach, (i) => ({ name: `${writer}-own-${i}`, class: 'register', writer })),
    );
    this.#hot = numbered(hot, (i) => ({ name: `hot-${i}`, class: 'hot', writer: undefined }));
    this.#mixed = numbered(mixed, (i) => ({
      name: `mixed-${i}`,
      class: 'mixed',
      writer: undefined,
    }));
    this.#mixedShares = zipfShares(mixed);
  }

  all(): readonly SimKey[] {
    return [...this.#registers, ...this.#hot, ...this.#mixed];
  }

  /** Registers and hot keys uniformly, mixed ones by Zipf: a few are chosen most of the time. */
  choose(random: Random): SimKey {
    const lot = random.nextFloat();
    if (lot < 0.4) return pick(this.#registers, random);
    if (lot < 0.65) return pick(this.#hot, random);
    const at = random.nextFloat();
    const index = this.#mixedShares.findIndex((share) => at < share);
    return this.#mixed[index < 0 ? this.#mixed.length - 1 : index]!;
  }
}

/** Upper bounds of the shares of [0, 1) that go to each of `count` things, the i-th with a weight of 1 / i. */
function zipfShares(count: number): readonly number[] {
  const weights = numbered(count, (i) => 1 / i);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  return weights.map((weight) => (sum += weight) / total);
}

function numbered<T>(count: number, make: (i: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, i) => make(i + 1));
}

/** One of them, all equally likely. */
export function pick<T>(items: readonly T[], random: Random): T {
  return items[Math.floor(random.nextFloat() * items.length)]!;
}
