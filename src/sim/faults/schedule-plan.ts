import { assert } from '../../stdx/assert.js';
import { Prng } from '../../stdx/prng.js';
import type { Fault, ScheduledFault } from './fault.js';
import { endOf } from './fault-parts.js';
import { namesOf } from './machine-list.js';

export interface SchedulePlanOptions {
  readonly seed: number;
  readonly nodes: number;
  readonly clients: number;
  /** All faults are over at this moment. */
  readonly endMs: number;
  /** How long deletes are kept; Infinity where no run is long enough to see them go. */
  readonly graceMs: number;
}

/** What only one fault may hold at a time: of a machine, or of the whole cluster. */
export type Hold =
  /** The process of a node is, or soon will be, down, and its start is not sure to be over. */
  | `away ${string}`
  | `pause ${string}`
  | `clock ${string}`
  | `drift ${string}`
  | `slow ${string}`
  | 'partition'
  | 'network'
  /** Some node has lost, or hides, data. */
  | 'damage'
  /** A node whose clock is so wrong that it must not coordinate; one in a run. */
  | 'hour';

/** A schedule while it is made: what was decided, what that rules out until when, and the chance that decides. */
export class SchedulePlan {
  readonly chance: Prng;
  readonly nodes: readonly string[];
  readonly clients: readonly string[];
  readonly endMs: number;
  /** How long deletes are kept; Infinity where no run is long enough to see them go. */
  readonly graceMs: number;
  /** The only node whose records rot: never two copies of one key, however long nobody reads it. */
  readonly rotting: string;
  readonly #faults: ScheduledFault[] = [];
  readonly #heldUntil = new Map<Hold, number>();
  #lastEndMs = 0;
  #disturbedUntilMs = 0;
  #quietUntilMs = 0;

  constructor({ seed, nodes, clients, endMs, graceMs }: SchedulePlanOptions) {
    this.chance = new Prng(seed);
    this.nodes = namesOf('n', nodes);
    this.clients = namesOf('c', clients);
    this.endMs = endMs;
    this.graceMs = graceMs;
    this.rotting = this.pick(this.nodes);
  }

  /** A whole number from `least` to `most`, both possible. */
  between(least: number, most: number): number {
    return least + this.chance.int(most - least + 1);
  }

  /** True once in `count` times. */
  oneIn(count: number): boolean {
    return this.chance.int(count) === 0;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.chance.int(items.length)];
    assert(item !== undefined, 'nothing to pick from');
    return item;
  }

  /** How long something that begins at `atMs` lasts: as given, and not beyond the end of all faults. */
  span(atMs: number, [leastMs, mostMs]: readonly [least: number, most: number]): number {
    return Math.min(this.between(leastMs, mostMs), this.endMs - atMs);
  }

  /** A moment at `atMs` or up to so much later, before the end of all faults. */
  soon(atMs: number, withinMs: number): number {
    return atMs + this.between(0, Math.min(withinMs, Math.max(0, this.endMs - 1 - atMs)));
  }

  add(atMs: number, fault: Fault): void {
    const scheduled = { atMs, fault };
    this.#faults.push(scheduled);
    this.#lastEndMs = Math.max(this.#lastEndMs, endOf(scheduled));
    if (fault.kind !== 'clock-jump' && fault.kind !== 'clock-drift')
      this.#disturbedUntilMs = Math.max(this.#disturbedUntilMs, endOf(scheduled));
  }

  /** True when nothing holds this at the moment. */
  free(what: Hold, atMs: number): boolean {
    return (this.#heldUntil.get(what) ?? 0) <= atMs;
  }

  hold(what: Hold, untilMs: number): void {
    this.#heldUntil.set(what, Math.max(this.#heldUntil.get(what) ?? 0, untilMs));
  }

  /** The nodes whose process runs at this moment, and has run for so long. */
  up(atMs: number, forMs = 0): readonly string[] {
    return this.nodes.filter((node) => this.free(`away ${node}`, atMs - forMs));
  }

  /** From this moment on, all that stops, cuts or slows machines is over; clocks may still be wrong. */
  disturbedUntilMs(): number {
    return Math.max(this.#disturbedUntilMs, this.#quietUntilMs);
  }

  /** No further fault strikes before this moment. */
  keepQuietUntil(ms: number): void {
    this.#quietUntilMs = Math.max(this.#quietUntilMs, ms);
  }

  quietUntilMs(): number {
    return this.#quietUntilMs;
  }

  /** The moment from which nothing that was decided lasts any more. */
  lastEndMs(): number {
    return this.#lastEndMs;
  }

  /** All that was decided, in the order of time. */
  schedule(): readonly ScheduledFault[] {
    return [...this.#faults].sort((a, b) => a.atMs - b.atMs);
  }
}
