import { assert } from '../../../stdx/assert.js';
import { SLOT_COUNT } from '../ring/token.js';

/** Neighbouring slots, the last one excluded; never around the end of the ring. */
export interface SlotRun {
  readonly from: number;
  readonly to: number;
}

/** Slots that share a value. */
export interface ValuedRun extends SlotRun {
  readonly value: number;
}

/**
 * A number for each slot of the ring, 0 where none was set; kept as runs, because neighbours mostly share one.
 * What a node knows of the slots of one namespace: how far they are repaired, and when they were.
 */
export class SlotMap {
  /** Ascending, without gaps, from 0 to SLOT_COUNT; neighbours differ. */
  #runs: ValuedRun[];

  /** @param runs ascending and not overlapping; what lies between them is 0 */
  constructor(runs: readonly ValuedRun[] = []) {
    this.#runs = [{ from: 0, to: SLOT_COUNT, value: 0 }];
    for (const run of runs) this.set(run, run.value);
  }

  /** The value of one slot. */
  at(slot: number): number {
    return this.#runs[this.#indexOf(slot)]!.value;
  }

  /** What is set: ascending, neighbours with one value together, without the zeros. */
  runs(): readonly ValuedRun[] {
    return this.#runs.filter(({ value }) => value !== 0);
  }

  /** The parts of a run, in order, zeros included. */
  within({ from, to }: SlotRun): readonly ValuedRun[] {
    const parts: ValuedRun[] = [];
    if (from >= to) return parts;
    for (let i = this.#indexOf(from); i < this.#runs.length && this.#runs[i]!.from < to; i++) {
      const run = this.#runs[i]!;
      parts.push({ from: Math.max(run.from, from), to: Math.min(run.to, to), value: run.value });
    }
    return parts;
  }

  /** The smallest value of a run; Infinity when it is empty. */
  lowest(run: SlotRun): number {
    return this.within(run).reduce((lowest, { value }) => Math.min(lowest, value), Infinity);
  }

  /** Gives all slots of a run one value. */
  set(run: SlotRun, value: number): void {
    this.#change(run, () => value);
  }

  /** Lifts the slots of a run that are below a value to it. */
  raise(run: SlotRun, value: number): void {
    this.#change(run, (old) => Math.max(old, value));
  }

  #change(run: SlotRun, next: (old: number) => number): void {
    assert(run.from >= 0 && run.to <= SLOT_COUNT, 'slots of the ring');
    if (run.from >= run.to) return;
    const changed = this.within(run).map(({ from, to, value }) => ({
      from,
      to,
      value: next(value),
    }));
    const first = this.#indexOf(run.from);
    const last = this.#indexOf(run.to - 1);
    const before = { ...this.#runs[first]!, to: run.from };
    const after = { ...this.#runs[last]!, from: run.to };
    // A neighbour on each side is taken along: it may have the value by now.
    const start = Math.max(0, first - 1);
    const stop = Math.min(this.#runs.length, last + 2);
    const pieces = [
      ...this.#runs.slice(start, first),
      before,
      ...changed,
      after,
      ...this.#runs.slice(last + 1, stop),
    ];
    this.#runs.splice(start, stop - start, ...merged(pieces));
  }

  /** Index of the run in which a slot lies. */
  #indexOf(slot: number): number {
    let low = 0;
    let high = this.#runs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#runs[middle]!.from <= slot) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Neighbours with one value as one, without what is empty. */
function merged(runs: readonly ValuedRun[]): ValuedRun[] {
  const result: ValuedRun[] = [];
  for (const run of runs) {
    const last = result.at(-1);
    if (run.from >= run.to) continue;
    if (last?.value === run.value) result[result.length - 1] = { ...last, to: run.to };
    else result.push(run);
  }
  return result;
}
