import { assert } from '../../../stdx/assert.js';
import { CallList, type Entry } from './call-list.js';
import type { ConcurrentHistory, Model } from './model.js';
import { Taken } from './taken.js';

/**
 * Whether there is an order of all calls, and of some of the possible effects, that the model allows and that keeps to real time:
 * what ended before another began comes first.
 * `undecided`: the steps allowed were used up before an order was found, or all were excluded.
 */
export type Linearization =
  | { readonly kind: 'linearizable' }
  | {
      readonly kind: 'not-linearizable';
      /** The call that stands in the way of the longest order, and the calls that this order took last. */
      readonly stuck: number;
      readonly before: readonly number[];
    }
  | { readonly kind: 'undecided' };

/** Calls of the longest order that are told about. */
const TOLD = 4;

/**
 * Decides exactly whether a history is linearizable, in about `maxSteps` steps of the model and looks at the cache.
 *
 * After Wing and Gong, "Testing and verifying concurrent objects" (1993), with the cache of Lowe, "Testing for linearizability"
 * (2017), on a linked list with an undo stack as in Porcupine. Differences, none of which changes the verdict:
 * - A read that may come next does come next, unless it would exclude an effect that had ended before it began: in any order it
 *   can be moved there. So only writes and effects are choices.
 * - A choice that lets the call go on which must return first is tried first.
 * - An effect is tried only directly before a call that it changes: else it can be left out of any order.
 * - A partial order is given up when another had the same calls, the same state and no more of the effects used up.
 */
export function linearize<State extends string | number, Operation>(
  model: Model<State, Operation>,
  history: ConcurrentHistory<Operation>,
  maxSteps: number,
): Linearization {
  return new Search(model, history).run(maxSteps);
}

/** What may come next. */
interface Option<State> {
  readonly kind: 'call' | 'effect';
  /** Of the call, or of the effect. */
  readonly number: number;
  readonly startAt: number;
  readonly next: State;
}

/** A point of the search to come back to. */
interface Choice<State> {
  readonly options: readonly Option<State>[];
  /** Of the options, the one that is tried now; before the first, -1. */
  tried: number;
  /** Calls in the order before, and what it had led to. */
  readonly length: number;
  readonly before: Position<State>;
}

/** Where the order has led to, beside what it has taken. */
interface Position<State> {
  readonly state: State;
  /** The state before the last move, if that was an effect. */
  readonly beforeEffect: State | undefined;
  /** Latest start of all that was taken. */
  readonly front: number;
  /** Highest call taken. */
  readonly highest: number;
}

class Search<State extends string | number, Operation> {
  readonly #model: Model<State, Operation>;
  readonly #history: ConcurrentHistory<Operation>;
  /** Effects that are not possible for ever. */
  readonly #ending: readonly number[];
  readonly #everyEffect: readonly number[];
  readonly #list: CallList;
  readonly #taken: Taken;
  /** By calls and state: the effects that were used up whenever these were reached. */
  readonly #seen = new Map<string, Uint16Array[]>();
  /** The calls taken, in the order of the order. */
  readonly #order: number[] = [];
  readonly #choices: Choice<State>[] = [];
  #at: Position<State>;
  #steps = 0;
  #stuck = -1;
  #before: readonly number[] = [];
  #deepest = -1;

  constructor(model: Model<State, Operation>, history: ConcurrentHistory<Operation>) {
    const { calls, effects } = history;
    assert(
      calls.every(({ startAt }, i) => i === 0 || calls[i - 1]!.startAt <= startAt),
      'calls are given in the order of their starts',
    );
    this.#model = model;
    this.#history = history;
    this.#everyEffect = effects.map((_, effect) => effect);
    this.#ending = this.#everyEffect.filter((effect) => effects[effect]!.endAt < Infinity);
    this.#list = new CallList(calls);
    this.#taken = new Taken(calls.length, effects.length);
    const { initial: state } = model;
    this.#at = { state, beforeEffect: undefined, front: -Infinity, highest: -1 };
  }

  run(maxSteps: number): Linearization {
    while (this.#steps < maxSteps) {
      const blocked = this.#takeReads();
      if (blocked === undefined) return { kind: 'linearizable' };
      const options = this.#options(blocked);
      if (options.length === 0) this.#noteStuck(blocked.call);
      this.#choices.push({ options, tried: -1, length: this.#order.length, before: this.#at });
      if (!this.#tryNext())
        return { kind: 'not-linearizable', stuck: this.#stuck, before: this.#before };
    }
    return { kind: 'undecided' };
  }

  /** Takes the reads that may come next; the first return of what is left then, or undefined when nothing is. */
  #takeReads(): Entry | undefined {
    let left = this.#list.head;
    for (;;) {
      const position = this.#list.after(left);
      if (position === this.#list.head) return undefined;
      const entry = this.#list.entry(position);
      if (entry.kind === 'return') return entry;
      const { operation, startAt } = this.#history.calls[entry.call]!;
      const comes =
        this.#model.isRead(operation) &&
        this.#step(this.#at.state, operation) !== undefined &&
        !this.#endsEffect(startAt);
      if (comes) this.#takeCall(entry.call, { state: this.#at.state, startAt });
      else left = position;
    }
  }

  /** All that may come next and begins before this return; first what lets its call come after it. */
  #options({ call: blocked, at }: Entry): readonly Option<State>[] {
    const { calls, effects } = this.#history;
    const options: Option<State>[] = [];
    const useful = new Set<number>();
    let position = this.#list.after(this.#list.head);
    for (; this.#list.entry(position).kind === 'call'; position = this.#list.after(position)) {
      const { call } = this.#list.entry(position);
      const { operation, startAt } = calls[call]!;
      for (const effect of this.#history.effectsBefore?.(call) ?? this.#everyEffect)
        useful.add(effect);
      const next = this.#leadsTo(operation);
      if (next !== undefined) options.push({ kind: 'call', number: call, startAt, next });
    }
    for (const effect of useful) {
      const { operation, startsAt, endAt } = effects[effect]!;
      const startAt = startsAt[this.#taken.uses(effect)];
      if (startAt === undefined || startAt > at || this.#at.front > endAt) continue;
      const next = this.#leadsTo(operation);
      if (next === undefined || next === this.#at.state) continue;
      options.push({ kind: 'effect', number: effect, startAt, next });
    }
    if (options.length < 2) return options;
    const helps = ({ kind, number, next }: Option<State>): boolean =>
      (kind === 'call' && number === blocked) ||
      this.#step(next, calls[blocked]!.operation) !== undefined;
    const helpful = options.filter(helps);
    return [...helpful, ...options.filter((option) => !helpful.includes(option))];
  }

  /** The state after an operation that is possible now, and not after an effect that makes no difference to it. */
  #leadsTo(operation: Operation): State | undefined {
    const next = this.#step(this.#at.state, operation);
    const { beforeEffect } = this.#at;
    if (next === undefined || beforeEffect === undefined) return next;
    return this.#step(beforeEffect, operation) === next ? undefined : next;
  }

  /** Goes back to the last choice with an option that leads to something new, and takes that; false when there is none. */
  #tryNext(): boolean {
    for (let choice = this.#choices.at(-1); choice; choice = this.#choices.at(-1)) {
      this.#undo(choice);
      choice.tried += 1;
      const option = choice.options[choice.tried];
      if (option === undefined) this.#choices.pop();
      else {
        this.#take(option);
        if (!this.#isSeen()) return true;
      }
    }
    return false;
  }

  #take({ kind, number, startAt, next }: Option<State>): void {
    if (kind === 'call') {
      this.#takeCall(number, { state: next, startAt });
      return;
    }
    const { state, front, highest } = this.#at;
    this.#taken.use(number, 1);
    this.#at = { state: next, beforeEffect: state, front: Math.max(front, startAt), highest };
  }

  #takeCall(
    call: number,
    { state, startAt }: { readonly state: State; readonly startAt: number },
  ): void {
    const { front, highest } = this.#at;
    this.#taken.addCall(call);
    this.#list.lift(call);
    this.#order.push(call);
    this.#at = {
      state,
      beforeEffect: undefined,
      front: Math.max(front, startAt),
      highest: Math.max(highest, call),
    };
  }

  /** Takes back all that came since a choice, and the option of it that was tried. */
  #undo({ options, tried, length, before }: Choice<State>): void {
    for (const call of this.#order.splice(length).reverse()) {
      this.#list.restore(call);
      this.#taken.removeCall(call);
    }
    const option = options[tried];
    if (option?.kind === 'effect') this.#taken.use(option.number, -1);
    this.#at = before;
  }

  #step(state: State, operation: Operation): State | undefined {
    this.#steps += 1;
    return this.#model.step(state, operation);
  }

  /** Whether an effect that is still possible would not be after something that began here. */
  #endsEffect(startAt: number): boolean {
    return this.#ending.some((effect) => {
      const { startsAt, endAt } = this.#history.effects[effect]!;
      const possible = this.#at.front <= endAt && this.#taken.uses(effect) < startsAt.length;
      return possible && endAt < startAt;
    });
  }

  /** Whether these calls led to this state before, with no other effects used up than now; if not, they have now. */
  #isSeen(): boolean {
    const name = `${this.#taken.nameOfCalls(this.#at.highest)} ${this.#at.state}`;
    const uses = this.#seen.get(name);
    this.#steps += uses?.length ?? 0;
    if (uses?.some((used) => this.#taken.usesAll(used)) === true) return true;
    const used = this.#taken.usedEffects();
    if (uses === undefined) this.#seen.set(name, [used]);
    else uses.push(used);
    return false;
  }

  #noteStuck(call: number): void {
    if (this.#order.length <= this.#deepest) return;
    this.#deepest = this.#order.length;
    this.#stuck = call;
    this.#before = this.#order.slice(-TOLD);
  }
}
