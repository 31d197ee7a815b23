import { Prng } from '../../../stdx/prng.js';
import type { LivenessFigures, LivenessRun, LivenessScene } from '../liveness-run.js';
import { MessageFate } from '../message-fate.js';
import { Timeline } from '../timeline.js';
import { ModelBeliefs } from './model-beliefs.js';
import { ModelGossip } from './model-gossip.js';
import { ModelWatch } from './model-watch.js';
import { PairTable, START_MS } from './pair-table.js';

/** Nodes gossip for so long before they begin to judge each other: arrival windows fill, heartbeats get their usual ages. */
const QUIET_MS = 20_000;

/**
 * Gossip and liveness of thousands of nodes as columns of numbers. What is of production: the rules of belief, phi and its
 * windows, when to probe, every limit, and the sizes of digests and deltas. What is modelled: the exchange (for clusters in
 * which nothing but heartbeats and the sequences of stores is new), the choice of peers, rounds, ticks and probes. A test
 * holds the exchange against production, message by message, and another the figures against whole nodes.
 */
export class ModelRun implements LivenessRun {
  readonly #timeline = new Timeline(START_MS);
  readonly #gossip: ModelGossip;
  #suspicions = 0;
  #deaths = 0;

  constructor({ nodes, loss, seed }: LivenessScene) {
    const prng = Prng.named(`gossip model, ${nodes} nodes, loss ${loss}, seed ${seed}`);
    const pairs = PairTable.ofNodesThatMet(nodes, prng.fork());
    const beliefs = new ModelBeliefs(pairs, (to) => {
      if (to === 'suspect') this.#suspicions += 1;
      if (to === 'down') this.#deaths += 1;
    });
    const fate = new MessageFate(loss, prng.fork());
    const world = { timeline: this.#timeline, prng, fate, pairs, beliefs };
    const watch = new ModelWatch(world);
    this.#gossip = new ModelGossip(world);
    this.#gossip.start();
    this.#timeline.after(QUIET_MS, () => {
      watch.start();
    });
  }

  advance(durationMs: number): Promise<void> {
    this.#timeline.advance(durationMs);
    return Promise.resolve();
  }

  figures(): LivenessFigures {
    return {
      suspicions: this.#suspicions,
      deaths: this.#deaths,
      sentBytes: this.#gossip.sentBytes(),
      largestMessageBytes: this.#gossip.largestMessageBytes(),
    };
  }
}
