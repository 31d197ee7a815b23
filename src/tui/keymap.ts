import type { Command } from './actions.js';
import { bindingOf } from './bindings.js';
import { answerCommands } from './question.js';
import type { Stroke } from './keys.js';
import { tooSmall } from './layout.js';
import { promptCommands } from './prompt.js';
import type { State } from './state.js';
import { selectedId } from './views/registry.js';

/** What a stroke does now: an open question or prompt gets it first, then the view, then the dashboard as a whole. */
export function commandsFor(state: State, stroke: Stroke): readonly Command[] {
  if (tooSmall(state.size)) return whenTooSmall(stroke);
  if (state.question !== undefined) return answerCommands(state.question, stroke);
  if (state.prompt !== undefined) return promptCommands(state, state.prompt, stroke);
  const command = bindingOf(state, stroke)?.run(state, selectedId(state));
  return command === undefined ? [] : [command];
}

/** Nothing can be seen, so nothing is changed. */
function whenTooSmall(stroke: Stroke): readonly Command[] {
  if (stroke === 'q' || stroke === 'ctrl-c') return [{ effect: { type: 'quit' } }];
  return stroke === 'ctrl-z' ? [{ effect: { type: 'suspend' } }] : [];
}
