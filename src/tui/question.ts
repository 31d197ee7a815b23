import type { TargetHints } from '../node/core/hints/hints-view.js';
import type { Command } from './actions.js';
import type { HintAct } from './hint-act.js';
import type { Stroke } from './keys.js';

/** Asks whether to do it; where it would do nothing, says why. */
export function ask(
  hints: Pick<TargetHints, 'target' | 'targetState' | 'state'>,
  action: HintAct['action'],
): Command {
  const { target } = hints;
  const futile = action === 'replay' ? replayFails(hints) : undefined;
  if (futile !== undefined) return { action: { type: 'notice', text: futile, bad: true } };
  return { action: { type: 'question', question: { action, target } } };
}

function replayFails({
  target,
  targetState,
  state,
}: Parameters<typeof ask>[0]): string | undefined {
  if (state === 'paused') return `the hints for ${target} are paused: P resumes them`;
  const isAway = targetState === 'down' || targetState === 'suspect';
  return isAway ? `${target} is ${targetState}: its hints are sent when it is back` : undefined;
}

/** What a stroke answers: `y` does it, and what is not meant as an answer changes nothing. */
export function answerCommands(question: HintAct, stroke: Stroke): readonly Command[] {
  const close: Command = { action: { type: 'question', question: undefined } };
  switch (stroke) {
    case 'y':
      return [close, { effect: { type: 'act-on-hints', act: question } }];
    case 'n':
    case 'q':
    case 'esc':
    case 'ctrl-c':
      return [close];
    default:
      return [];
  }
}
