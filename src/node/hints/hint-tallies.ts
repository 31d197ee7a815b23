import { assert } from '../../stdx/assert.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';

/** What a holder keeps for one target. */
export interface HintTally {
  readonly count: number;
  readonly bytes: number;
  /** When the oldest of them was kept, by the wall clock; never later than that. */
  readonly oldestMs: number;
}

/** Counts hints and their bytes, per target and in all. */
export class HintTallies {
  readonly #byTarget = new Map<NodeId, HintTally>();
  #count = 0;
  #bytes = 0;

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  of(target: NodeId): HintTally | undefined {
    return this.#byTarget.get(target);
  }

  /** Every target that has hints, in the order in which they came. */
  all(): ReadonlyMap<NodeId, HintTally> {
    return this.#byTarget;
  }

  add(target: NodeId, tally: HintTally): void {
    const before = this.#byTarget.get(target);
    this.#count += tally.count;
    this.#bytes += tally.bytes;
    this.#byTarget.set(target, {
      count: (before?.count ?? 0) + tally.count,
      bytes: (before?.bytes ?? 0) + tally.bytes,
      oldestMs: Math.min(before?.oldestMs ?? Infinity, tally.oldestMs),
    });
  }

  remove(target: NodeId, gone: Pick<HintTally, 'count' | 'bytes'>): void {
    const before = this.#byTarget.get(target);
    if (gone.count === 0) return;
    assert(before !== undefined && before.count >= gone.count, 'only what was counted is removed');
    this.#count -= gone.count;
    this.#bytes -= gone.bytes;
    const count = before.count - gone.count;
    if (count === 0) this.#byTarget.delete(target);
    else this.#byTarget.set(target, { ...before, count, bytes: before.bytes - gone.bytes });
  }

  /** The oldest hint for a target has been seen. */
  setOldest(target: NodeId, oldestMs: number): void {
    const before = this.#byTarget.get(target);
    if (before !== undefined) this.#byTarget.set(target, { ...before, oldestMs });
  }
}
