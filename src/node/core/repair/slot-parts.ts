import { assert } from '../../../stdx/assert.js';
import type { Hash64 } from '../../../stdx/hash64.js';
import { emptyLeaves, foldLeaves, hashAt, sameHash, xorAt } from '../grid/leaf-hashes.js';
import type { LeafHashes } from '../grid/leaf-hashes.js';
import { SLOT_SIZE } from '../ring/token.js';

/** Parts that a slot has, of a few neighbouring tokens each; sums are of that many parts or of a half, a quarter and so on of it. */
export const SLOT_PARTS = 1024;
const PART_TOKENS = SLOT_SIZE / SLOT_PARTS;

/**
 * Copies for each sum, at least. A sum is 8 bytes, and a copy in a list some 60: with one copy in a hundred that differs, fewer sums
 * would list more than they save.
 */
const COPIES_PER_SUM = 4;

/** Neighbouring parts of one slot, the last one excluded. */
export interface PartRun {
  readonly from: number;
  readonly to: number;
}

/** All parts of a slot. */
export const WHOLE_SLOT: PartRun = { from: 0, to: SLOT_PARTS };

/** The tokens of a run of parts, the last one excluded. */
export function tokensOfParts(
  slot: number,
  { from, to }: PartRun,
): { readonly start: number; readonly end: number } {
  const first = slot * SLOT_SIZE;
  return { start: first + from * PART_TOKENS, end: first + to * PART_TOKENS };
}

/** Whether a token of their slot lies in one of these parts. */
export function isInParts(parts: readonly PartRun[], token: number): boolean {
  const part = partOf(token);
  return parts.some(({ from, to }) => from <= part && part < to);
}

/** The hashes of the copies in each part of one slot: what is equal in two slots has equal sums. */
export class PartSums {
  readonly #sums = emptyLeaves(SLOT_PARTS);
  #copies = 0;

  add(token: number, hash: Hash64): void {
    this.#copies += 1;
    xorAt(this.#sums, partOf(token), hash);
  }

  /** As many sums as the copies are worth: a power of two. */
  sums(): LeafHashes {
    let count = 1;
    while (count < SLOT_PARTS && count * COPIES_PER_SUM < this.#copies) count *= 2;
    return folded(this.#sums, count);
  }
}

/** Whether these may be the sums of a slot. */
export function areSums(sums: LeafHashes): boolean {
  const count = sums.length / 2;
  return count >= 1 && count <= SLOT_PARTS && SLOT_PARTS % count === 0;
}

/** The parts in which some replicas differ, by the sums of each; ascending, neighbours together. */
export function differingParts(replicas: readonly LeafHashes[]): readonly PartRun[] {
  const count = Math.min(...replicas.map((sums) => sums.length / 2));
  const [first, ...rest] = replicas.map((sums) => folded(sums, count));
  assert(first !== undefined, 'somebody takes part');
  const width = SLOT_PARTS / count;
  const runs: PartRun[] = [];
  for (let i = 0; i < count; i++) {
    if (rest.every((sums) => sameHash(hashAt(sums, i), hashAt(first, i)))) continue;
    const last = runs.at(-1);
    const [from, to] = [i * width, (i + 1) * width];
    if (last?.to === from) runs[runs.length - 1] = { from: last.from, to };
    else runs.push({ from, to });
  }
  return runs;
}

/** The same as fewer sums. */
function folded(sums: LeafHashes, count: number): LeafHashes {
  const each = sums.length / 2 / count;
  if (each === 1) return sums;
  const fewer = emptyLeaves(count);
  for (let i = 0; i < count; i++) xorAt(fewer, i, foldLeaves(sums, i * each, (i + 1) * each));
  return fewer;
}

function partOf(token: number): number {
  return Math.floor((token % SLOT_SIZE) / PART_TOKENS);
}
