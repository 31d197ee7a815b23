import type { Binding } from './binding.js';
import { GLOBAL_BINDINGS } from './global-bindings.js';
import type { Stroke } from './keys.js';
import type { State } from './state.js';
import { VIEW_BINDINGS } from './view-bindings.js';

/** The binding of a stroke in the current view: its own before those that work everywhere. */
export function bindingOf(state: State, stroke: Stroke): Binding | undefined {
  const bound = ({ strokes }: Binding): boolean => strokes.includes(stroke);
  return VIEW_BINDINGS[state.view].find(bound) ?? GLOBAL_BINDINGS.find(bound);
}
