import type { Action, Command, Effect } from './actions.js';
import type { Stroke } from './keys.js';
import type { State } from './state.js';

/** What a key does, where, and how help names it. */
export interface Binding {
  readonly strokes: readonly Stroke[];
  /** As help and the key line write it; empty where another binding speaks for this one too. */
  readonly label: string;
  /** What help says of it. */
  readonly text: string;
  /** Its rank in the key line, and what stands there; absent for keys that only help lists. */
  readonly hint?: readonly [rank: number, text: string] | undefined;
  /** The command, given the row that is selected. */
  run(state: State, selected: string | undefined): Command | undefined;
}

type Made = Omit<Binding, 'run'>;

export const act = (action: Action): Command => ({ action });
export const effect = (made: Effect): Command => ({ effect: made });

/** A key that always does the same to the state. */
export const does = (made: Made, action: Action): Binding => ({ ...made, run: () => act(action) });
/** A key that always does the same beyond the state. */
export const causes = (made: Made, wanted: Effect): Binding => ({
  ...made,
  run: () => effect(wanted),
});
