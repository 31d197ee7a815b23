import { Deferred } from '../../stdx/deferred.js';
import { LIMITS } from '../core/limits.js';
import type { ClockOffsets, OwnClocks } from '../core/membership/clock-offset.js';
import { sample, type Draw } from '../core/membership/peer-selection.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import type { Clock, Timer } from '../env/clock.js';
import type { Prober } from './prober.js';

export interface ClockComparisonParts {
  readonly clock: Clock;
  readonly draw: Draw;
  readonly prober: Pick<Prober, 'ask'>;
  readonly clocks: ClockOffsets;
  readonly others: () => ReadonlySet<NodeId>;
  /** Two clocks that are no further apart agree. */
  readonly boundMs: number;
}

/** Clocks of peers, beside the own one, whose median tells a single wrong one. */
const ENOUGH_PEERS = 2;

/**
 * Compares the own clock with those of the peers before anything rests on it: asks them at once, and again every 100 ms, until
 * enough have answered, or for 3 s. It probes and does not gossip, because a heart that beats faster at a start would
 * look slow ever after.
 */
export class ClockComparison {
  readonly #parts: ClockComparisonParts;
  readonly #asking = new Set<NodeId>();
  readonly #end = new Deferred<void>();
  readonly #endMs: number;
  #timer: Timer | undefined;

  constructor(parts: ClockComparisonParts) {
    this.#parts = parts;
    this.#endMs = parts.clock.monotonicMs() + LIMITS.clockCompareMs;
  }

  /** Resolves to whether the own clock has been compared; false when it must be trusted as it is. */
  async run(): Promise<boolean> {
    this.#round();
    await this.#end.promise;
    return this.#isCompared();
  }

  /** Ends it now. */
  stop(): void {
    this.#timer?.cancel();
    this.#end.resolve();
  }

  #round(): void {
    const { clock, draw } = this.#parts;
    if (this.#isCompared() || clock.monotonicMs() >= this.#endMs) {
      this.stop();
      return;
    }
    const unasked = this.#unheard().filter((id) => !this.#asking.has(id));
    for (const id of sample(unasked, LIMITS.gossipFanout, draw)) void this.#ask(id);
    this.#timer = clock.after(LIMITS.clockAskMs, () => {
      this.#round();
    });
  }

  async #ask(nodeId: NodeId): Promise<void> {
    this.#asking.add(nodeId);
    // It fails only by a defect: that a peer does not answer is an answer.
    await this.#parts.prober.ask(nodeId, LIMITS.probeMs);
    this.#asking.delete(nodeId);
    if (this.#isCompared()) this.stop();
  }

  #isCompared(): boolean {
    const unheard = this.#unheard().length;
    const others = this.#parts.others().size;
    const heard = others - unheard;
    if (heard >= Math.min(ENOUGH_PEERS, others)) return true;
    // Whatever the third of three clocks shows, their median lies between the two that are known.
    return heard === 1 && others === 2 && this.#agreesWithAll();
  }

  #unheard(): readonly NodeId[] {
    const { clocks, others } = this.#parts;
    return [...others()].filter((id) => !clocks.knows(id));
  }

  #agreesWithAll(): boolean {
    const { clock, clocks, others, boundMs } = this.#parts;
    const own: OwnClocks = { wallMs: clock.wallMs(), monoMs: clock.monotonicMs() };
    return [...others()].every((id) => Math.abs(clocks.offsetOf(id, own) ?? 0) <= boundMs);
  }
}
