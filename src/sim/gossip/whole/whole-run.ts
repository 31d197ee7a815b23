import type { Clock } from '../../../node/env/clock.js';
import { LIMITS } from '../../../node/core/limits.js';
import { Prng } from '../../../stdx/prng.js';
import type { Scheduler } from '../../scheduler.js';
import { SeededRandom } from '../../seeded-random.js';
import { addressesOf, metadataOf } from '../gossip-members.js';
import type { LivenessFigures, LivenessRun, LivenessScene } from '../liveness-run.js';
import { MessageFate } from '../message-fate.js';
import { WholeNode } from './whole-node.js';
import { WholeTally } from './whole-tally.js';
import { WholeWire } from './whole-wire.js';

/** Virtual time zero as wall time: 2026-01-01T00:00:00Z. */
const WALL_START_MS = 1_767_225_600_000;
/** A node states the sequence of its store so often (`node.ts`). */
const SEQUENCE_MS = 1_000;
/** A number of seven digits: the store of a node that is not quite new. */
const FIRST_SEQUENCE = 1_000_000;

/** The whole membership of every node, over a wire that loses messages: nothing between the nodes is modelled but the wire. */
export class WholeRun implements LivenessRun {
  readonly #scheduler: Scheduler;
  readonly #prng: Prng;
  readonly #tally = new WholeTally();
  readonly #nodes: readonly WholeNode[];
  #sequence = FIRST_SEQUENCE;

  private constructor({ nodes, loss, seed }: LivenessScene, scheduler: Scheduler) {
    this.#scheduler = scheduler;
    this.#prng = Prng.named(`whole gossip, ${nodes} nodes, loss ${loss}, seed ${seed}`);
    const clock: Clock = {
      wallMs: () => WALL_START_MS + Math.floor(scheduler.nowMs()),
      monotonicMs: () => scheduler.nowMs(),
      after: (delayMs, run) => scheduler.after(delayMs, run),
    };
    const wire = new WholeWire(clock, new MessageFate(loss, this.#prng.fork()));
    const world = { clock, wire, tally: this.#tally, metadata: metadataOf(nodes) };
    this.#nodes = Array.from({ length: nodes }, (_, i) => {
      const node = new WholeNode(i, new SeededRandom(this.#prng.nextU32()), world);
      wire.listen(addressesOf(i).host, node);
      return node;
    });
  }

  /** Nodes that have met, each about to begin its rounds at its own moment. */
  static async of(scene: LivenessScene, scheduler: Scheduler): Promise<WholeRun> {
    const run = new WholeRun(scene, scheduler);
    const introductions = await Promise.all(run.#nodes.map((node) => node.introduction()));
    for (const node of run.#nodes) await node.meet(introductions);
    run.#start();
    return run;
  }

  async advance(durationMs: number): Promise<void> {
    await this.#scheduler.advance(durationMs);
  }

  figures(): LivenessFigures {
    return {
      suspicions: this.#tally.suspicions(),
      deaths: this.#tally.deaths(),
      sentBytes: this.#tally.sentBytes(),
      largestMessageBytes: this.#tally.largestMessageBytes(),
    };
  }

  #start(): void {
    for (const node of this.#nodes) {
      this.#scheduler.after(this.#prng.nextFloat() * LIMITS.gossipIntervalMs, () => {
        node.start();
      });
    }
    this.#stateSequences();
  }

  #stateSequences(): void {
    this.#sequence += 1;
    for (const node of this.#nodes) node.stateSequence(this.#sequence);
    this.#scheduler.after(SEQUENCE_MS, () => {
      this.#stateSequences();
    });
  }
}
