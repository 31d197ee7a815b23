import type { Replication } from '../../node/core/ring/placement.js';
import type { Ring } from '../../node/core/ring/ring.js';
import { growingRing } from '../../node/core/ring/ring-growth.js';
import { allocateTokens, type Allocation } from '../../node/core/ring/token-allocation.js';
import type { Token } from '../../node/core/ring/token.js';
import { Prng } from '../../stdx/prng.js';
import { drawTokens } from './random-tokens.js';

/** How the nodes of a simulated ring get their tokens: as in a real cluster, or by chance alone. */
export type TokenChoice = 'allocated' | 'random';

/** Nodes in one data centre, spread evenly over its racks, each on a host of its own. */
export interface RingLayout {
  readonly vnodes: number;
  readonly replicationFactor: number;
  readonly racks: number;
  readonly tokens: TokenChoice;
}

const DC = 'dc1';

export function replicationOf({ replicationFactor }: RingLayout): Replication {
  return { [DC]: replicationFactor };
}

/** The ring after each of so many joins, one node after the other; `around` surrounds each choice of tokens. */
export function growRing(
  layout: RingLayout,
  { nodes, seed }: { readonly nodes: number; readonly seed: string },
  around: (choose: () => readonly Token[]) => readonly Token[] = (choose) => choose(),
): Generator<Ring, void, undefined> {
  const prng = Prng.named(seed);
  const choose = (allocation: Allocation): readonly Token[] =>
    layout.tokens === 'allocated' ? allocateTokens(allocation) : drawTokens(allocation);
  return growingRing({
    places: Array.from({ length: nodes }, (_, i) => ({
      host: `h${i}`,
      rack: `r${i % layout.racks}`,
      dc: DC,
    })),
    tokensEach: layout.vnodes,
    replication: replicationOf(layout),
    random: () => prng.nextFloat(),
    allocate: (allocation) => around(() => choose(allocation)),
  });
}
