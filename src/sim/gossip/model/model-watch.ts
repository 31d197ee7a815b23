import { LIMITS } from '../../../node/core/limits.js';
import type { Probing } from './model-beliefs.js';
import type { ModelWorld } from './model-gossip.js';

/** A probe through another node: there, on to the one that is silent, and back. */
const RELAYED_MESSAGES = 4;
/** What a `Prober` waits for a helper. */
const RELAY_LIMIT_MS = LIMITS.probeMs + 100;

/** Ticks and probes as `LivenessWatch` and `Prober` do them; whoever is probed is alive, so only lost messages make a probe fail. */
export class ModelWatch {
  readonly #world: ModelWorld;
  /** For each node, its rounds of probes under way. */
  readonly #running: Uint16Array;

  constructor(world: ModelWorld) {
    this.#world = world;
    this.#running = new Uint16Array(world.pairs.nodes);
  }

  /** Begins to judge, each node at its own moment. */
  start(): void {
    const { timeline, prng, pairs } = this.#world;
    for (let node = 0; node < pairs.nodes; node++) {
      timeline.after(prng.nextFloat() * LIMITS.suspicionTickMs, () => {
        this.#tick(node);
      });
    }
  }

  #tick(node: number): void {
    const { timeline, beliefs } = this.#world;
    timeline.after(LIMITS.suspicionTickMs, () => {
      this.#tick(node);
    });
    const nowMs = Math.round(timeline.nowMs());
    beliefs.tick(node, nowMs, () => this.#answersAtOnce(node));
    const room = LIMITS.probeRounds - this.#running[node]!;
    for (const probing of beliefs.beginProbes(node, room, nowMs)) this.#probe(probing);
  }

  /** True when there is room for a probe, and neither it nor its answer is lost. */
  #answersAtOnce(node: number): boolean {
    const room = LIMITS.probeRounds - this.#running[node]!;
    return room > 0 && this.#world.fate.relayMs(2) !== undefined;
  }

  #probe(probing: Probing): void {
    const { timeline, fate, beliefs } = this.#world;
    const { observer } = probing;
    this.#running[observer]! += 1;
    const directMs = probing.first ? undefined : fate.relayMs(2);
    const { tookMs, alive } =
      directMs === undefined ? this.#throughOthers() : { tookMs: directMs, alive: true };
    timeline.after(tookMs, () => {
      this.#running[observer]! -= 1;
      const nowMs = Math.round(timeline.nowMs());
      if (alive) beliefs.answered(probing, nowMs);
      else beliefs.unanswered(probing, LIMITS.indirectProbes, nowMs);
    });
  }

  /** The direct probe has failed: the others are asked all at once, and all their answers are waited for. */
  #throughOthers(): { readonly tookMs: number; readonly alive: boolean } {
    let longestMs = 0;
    let alive = false;
    for (let helper = 0; helper < LIMITS.indirectProbes; helper++) {
      const relayMs = this.#world.fate.relayMs(RELAYED_MESSAGES);
      alive ||= relayMs !== undefined;
      longestMs = Math.max(longestMs, relayMs ?? RELAY_LIMIT_MS);
    }
    return { tookMs: LIMITS.probeMs + longestMs, alive };
  }
}
