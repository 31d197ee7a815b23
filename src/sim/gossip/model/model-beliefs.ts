import { LIMITS } from '../../../node/core/limits.js';
import { leastSilenceMs, phiOf, withInterval } from '../../../node/core/membership/phi-accrual.js';
import {
  judge,
  livenessOf,
  wantsProbe,
  type Evidence,
  type Suspicion,
} from '../../../node/core/membership/suspicion.js';
import type { LivenessState } from '../../../node/core/views/node-views.js';
import type { PairTable } from './pair-table.js';

const UP: Suspicion = { kind: 'up', sinceMs: 0 };
const LEAST_SILENCE_MS = leastSilenceMs(LIMITS.suspectPhi);

/** One pair: what `observer` believes of `other`. */
export interface Pair {
  readonly observer: number;
  readonly other: number;
}

/** A round of probes that begins: for whom, and when. */
export interface Probing extends Pair {
  readonly startedMs: number;
  /** True for the round that the suspicion begins with: its direct probe has already failed. */
  readonly first: boolean;
}

/**
 * What every node believes of every other, judged by the rules of production: `FailureDetector` over columns of numbers.
 * Only beliefs other than up are kept as such; whoever is up costs no more than its numbers.
 */
export class ModelBeliefs {
  readonly #pairs: PairTable;
  /** For each observer, its beliefs that are not up. */
  readonly #doubts: readonly Map<number, Suspicion>[];
  readonly #changed: (to: LivenessState) => void;

  /** `changed` hears of every change of liveness. */
  constructor(pairs: PairTable, changed: (to: LivenessState) => void) {
    this.#pairs = pairs;
    this.#doubts = Array.from({ length: pairs.nodes }, () => new Map<number, Suspicion>());
    this.#changed = changed;
  }

  /** Others that are not believed up, with what is believed of them. */
  doubtsOf(observer: number): ReadonlyMap<number, Suspicion> {
    return this.#doubts[observer]!;
  }

  /** A heartbeat newer than all before; `direct` when the node itself brought it. */
  heartbeat({ observer, other }: Pair, direct: boolean, nowMs: number): void {
    const { nodes, heardMs, doubted } = this.#pairs;
    const at = observer * nodes + other;
    if (doubted[at] === 0) {
      this.#interval(at, Math.min(nowMs - heardMs[at]!, LIMITS.downAfterMs));
      heardMs[at] = nowMs;
      return;
    }
    heardMs[at] = nowMs;
    const pair = { observer, other };
    if (direct && this.#weigh(pair, { kind: 'answered' }, nowMs)) return;
    this.#weigh(pair, { kind: 'heartbeat' }, nowMs);
  }

  /** It was probed and answered. */
  answered(pair: Pair, nowMs: number): void {
    const belief = this.#beliefOf(pair);
    if (belief.kind !== 'down')
      this.#pairs.heardMs[pair.observer * this.#pairs.nodes + pair.other] = nowMs;
    this.#weigh(pair, { kind: 'answered' }, nowMs);
  }

  /** A round of probes ended without an answer. */
  unanswered({ startedMs, observer, other }: Probing, indirect: number, nowMs: number): void {
    const pair = { observer, other };
    const silentMs = nowMs - this.#heardMs(pair);
    this.#weigh(pair, { kind: 'unanswered', startedMs, indirect, silentMs }, nowMs);
  }

  /**
   * Judges all silences of one node. A suspicion begins with a probe in the same moment: where `answersAtOnce` says that the
   * direct one is answered, the suspicion is counted and is over before anything else can happen, and leaves nothing behind.
   */
  tick(observer: number, nowMs: number, answersAtOnce: () => boolean): void {
    const { nodes, heardMs, doubted, sumMs, counts } = this.#pairs;
    const row = observer * nodes;
    const early = nowMs - LEAST_SILENCE_MS;
    for (let at = row; at < row + nodes; at++) {
      if (heardMs[at]! >= early || doubted[at] === 1 || at === row + observer) continue;
      const silentMs = nowMs - heardMs[at]!;
      const phi = phiOf({ sumMs: sumMs[at]!, count: counts[at]! }, silentMs);
      if (phi <= LIMITS.suspectPhi) continue;
      if (answersAtOnce()) {
        this.#changed('suspect');
        heardMs[at] = nowMs;
        continue;
      }
      const evidence = { kind: 'silence', phi, silentMs, suspectPhi: LIMITS.suspectPhi } as const;
      this.#weigh({ observer, other: at - row }, evidence, nowMs);
    }
  }

  /** Begins at most `room` rounds of probes, for those that have been silent the longest. */
  beginProbes(observer: number, room: number, nowMs: number): readonly Probing[] {
    const doubts = this.#doubts[observer]!;
    if (doubts.size === 0) return [];
    const due: (readonly [other: number, heardMs: number])[] = [];
    for (const [other, belief] of doubts) {
      const heardMs = this.#heardMs({ observer, other });
      if (wantsProbe(belief, nowMs, nowMs - heardMs)) due.push([other, heardMs]);
    }
    due.sort(([, a], [, b]) => a - b);
    return due.slice(0, Math.max(0, room)).map(([other, heardMs]) => {
      const belief = this.#beliefOf({ observer, other });
      const first = belief.kind === 'suspect' && belief.sinceMs === nowMs;
      this.#weigh({ observer, other }, { kind: 'probing', silentMs: nowMs - heardMs }, nowMs);
      return { observer, other, startedMs: nowMs, first };
    });
  }

  #interval(at: number, intervalMs: number): void {
    const { sumMs, counts } = this.#pairs;
    const window = withInterval({ sumMs: sumMs[at]!, count: counts[at]! }, intervalMs);
    sumMs[at] = window.sumMs;
    counts[at] = window.count;
  }

  /** True when the liveness changed. */
  #weigh(pair: Pair, evidence: Evidence, nowMs: number): boolean {
    const before = this.#beliefOf(pair);
    const { next, event } = judge(before, evidence, nowMs);
    const { observer, other } = pair;
    const isUp = next.kind === 'up';
    if (isUp) this.#doubts[observer]!.delete(other);
    else this.#doubts[observer]!.set(other, next);
    this.#pairs.doubted[observer * this.#pairs.nodes + other] = isUp ? 0 : 1;
    if (event === undefined) return false;
    this.#changed(livenessOf(next));
    return true;
  }

  #beliefOf({ observer, other }: Pair): Suspicion {
    return this.#doubts[observer]!.get(other) ?? UP;
  }

  #heardMs({ observer, other }: Pair): number {
    return this.#pairs.heardMs[observer * this.#pairs.nodes + other]!;
  }
}
