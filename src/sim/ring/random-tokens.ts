import { SLOT_COUNT, SLOT_SIZE, type Token } from '../../node/core/ring/token.js';
import type { Allocation } from '../../node/core/ring/token-allocation.js';

/** Free tokens drawn at random, sorted: the naive oracle that allocation is compared with. */
export function drawTokens({
  ring,
  count,
  random,
}: Pick<Allocation, 'ring' | 'count' | 'random'>): readonly Token[] {
  const isTaken = (token: Token): boolean => ring.size > 0 && ring.rangeOf(token).start === token;
  const drawn = new Set<Token>();
  while (drawn.size < count) {
    const token = Math.floor(random() * SLOT_COUNT) * SLOT_SIZE;
    if (!isTaken(token)) drawn.add(token);
  }
  return [...drawn].sort((a, b) => a - b);
}
