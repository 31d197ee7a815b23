import type { Action } from './actions.js';
import { reduce } from './reducer.js';
import type { Moment, State } from './state.js';

/** Ten frames a second are as many as the eye needs. */
const FRAME_MS = 100;
/** Ages move in tenths of a second; a quarter of a second between two steps is calm. */
const LIVELY_MS = 250;
const CALM_MS = 1000;

/** Reads both clocks at once. */
export type ReadMoment = () => Moment;

/** Holds the state, and tells its listeners of a new one at most ten times a second, or at once when a key made it. */
export class Store {
  readonly #read: ReadMoment;
  readonly #listeners = new Set<() => void>();
  #state: State;
  #shown: State;
  #shownAtMs: number;
  #pending: NodeJS.Timeout | undefined;
  #clock: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(state: State, read: ReadMoment) {
    this.#read = read;
    this.#state = state;
    this.#shown = state;
    this.#shownAtMs = state.now.monoMs;
  }

  /** The newest state. */
  get state(): State {
    return this.#state;
  }

  /** The state that the screen shows; the same object until listeners are called. */
  readonly shown = (): State => this.#shown;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Applies an action; `urgent` ones are shown before this returns. */
  dispatch(action: Action, urgent = false): void {
    if (this.#closed) return;
    this.#state = reduce(this.#state, { action, now: this.#read() });
    if (urgent) this.#show();
    else this.#schedule();
  }

  /** Makes clocks and ages go on by themselves. */
  start(): void {
    this.#wind();
  }

  /** Ends all timers; nothing is shown any more. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#pending);
    clearTimeout(this.#clock);
  }

  #schedule(): void {
    if (this.#pending !== undefined) return;
    const waited = this.#read().monoMs - this.#shownAtMs;
    this.#pending = setTimeout(() => this.#show(), Math.max(0, FRAME_MS - waited));
  }

  #show(): void {
    clearTimeout(this.#pending);
    this.#pending = undefined;
    if (this.#closed) return;
    this.#shown = this.#state;
    this.#shownAtMs = this.#read().monoMs;
    for (const listener of this.#listeners) listener();
  }

  /** Sets the next beat: soon where ages move, at the next full second elsewhere. */
  #wind(): void {
    if (this.#closed) return;
    const lively =
      this.#state.frozen === undefined &&
      (this.#state.view === 'gossip' || this.#state.view === 'node');
    const { wallMs } = this.#read();
    const delay = lively ? LIVELY_MS : CALM_MS - (wallMs % CALM_MS);
    this.#clock = setTimeout(() => {
      this.dispatch({ type: 'time' });
      this.#wind();
    }, delay);
  }
}
