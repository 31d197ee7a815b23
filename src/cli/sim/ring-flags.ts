import { Flags } from '@oclif/core';
import { LIMITS } from '../../node/core/limits.js';
import type { RingPlan } from './measure-ring.js';
import { seedRange } from './sim-flags.js';
import { wholeWithin } from './within.js';

const NODES = [1, 1_000] as const;
const SEEDS_MOST = 100;

export const RING_FLAGS = {
  nodes: Flags.string({ char: 'n', summary: 'nodes of the ring, 1 to 1000', default: '300' }),
  vnodes: Flags.string({ summary: 'tokens of each node, 1 to 256', default: '128' }),
  rf: Flags.string({ summary: 'copies of everything, at most one per node (3)' }),
  racks: Flags.string({ summary: 'racks over which the nodes are spread evenly', default: '1' }),
  seed: Flags.string({ summary: 'what every chance is drawn from (1)', exclusive: ['seeds'] }),
  seeds: Flags.string({ summary: 'a range of seeds, A..B: figures are medians' }),
};

interface Given {
  readonly nodes: string;
  readonly vnodes: string;
  readonly rf: string | undefined;
  readonly racks: string;
  readonly seed: string | undefined;
  readonly seeds: string | undefined;
}

/** What is to be studied. @throws KvError KV_USAGE */
export function ringPlan(flags: Given): RingPlan {
  const nodes = wholeWithin('--nodes', flags.nodes, NODES);
  const range = seedRange(flags.seed, flags.seeds) ?? { from: 1, to: 1 };
  const count = wholeWithin('--seeds', range.to - range.from + 1, [1, SEEDS_MOST]);
  return {
    nodes,
    vnodes: wholeWithin('--vnodes', flags.vnodes, [LIMITS.vnodesMin, LIMITS.vnodesMax]),
    replicationFactor: wholeWithin('--rf', flags.rf ?? Math.min(3, nodes), [1, nodes]),
    racks: wholeWithin('--racks', flags.racks, [1, nodes]),
    seeds: Array.from({ length: count }, (_, i) => range.from + i),
  };
}
