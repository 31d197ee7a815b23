import type { Prng } from '../../../stdx/prng.js';

/** The heartbeat that every node has given before the first event, and when that is. */
const START_HEARTBEAT = 100;
export const START_MS = 60_000;

/**
 * What every node of a run knows of every other, as columns of numbers: 14 bytes a pair, so that the hundred million pairs
 * of 10,000 nodes fit in memory. The row of a node begins at `node * nodes`; `row + other` is a pair.
 */
export class PairTable {
  readonly nodes: number;
  /** Newest heartbeat known; of the node itself, its own. */
  readonly heartbeats: Uint32Array;
  /** When it was last heard, in whole ms. */
  readonly heardMs: Uint32Array;
  /** The arrival window (`core/membership/phi-accrual.ts`). */
  readonly sumMs: Float32Array;
  readonly counts: Uint8Array;
  /** 1 for a pair whose belief is another than up. */
  readonly doubted: Uint8Array;

  constructor(nodes: number) {
    this.nodes = nodes;
    const pairs = nodes * nodes;
    this.heartbeats = new Uint32Array(pairs);
    this.heardMs = new Uint32Array(pairs);
    this.sumMs = new Float32Array(pairs);
    this.counts = new Uint8Array(pairs);
    this.doubted = new Uint8Array(pairs);
  }

  /** The table of nodes that have met: all up, heard of a moment ago, with heartbeats as old as they are when they have spread. */
  static ofNodesThatMet(nodes: number, prng: Prng): PairTable {
    const table = new PairTable(nodes);
    const hops = Math.round((32 - Math.clz32(nodes)) / 3);
    for (let pair = 0; pair < table.heartbeats.length; pair++) {
      const chance = prng.nextU32();
      table.heartbeats[pair] = START_HEARTBEAT - hops - (chance & 1);
      table.heardMs[pair] = START_MS - ((chance >>> 1) % 1000);
    }
    for (let node = 0; node < nodes; node++)
      table.heartbeats[node * nodes + node] = START_HEARTBEAT;
    return table;
  }
}
