import type { TargetHints } from '../node/core/hints/hints-view.js';
import type { Command } from './actions.js';
import type { HintAct } from './hint-act.js';
import { askFor, refuse } from './question.js';

/** Asks whether to do it; where it would do nothing, says why. */
export function askHints(
  hints: Pick<TargetHints, 'target' | 'targetState' | 'state'>,
  action: HintAct['action'],
): Command {
  const { target } = hints;
  const futile = action === 'replay' ? replayFails(hints) : undefined;
  return futile === undefined ? askFor({ of: 'hints', action, target }) : refuse(futile);
}

function replayFails({
  target,
  targetState,
  state,
}: Parameters<typeof askHints>[0]): string | undefined {
  if (state === 'paused') return `the hints for ${target} are paused: P resumes them`;
  const isAway = targetState === 'down' || targetState === 'suspect';
  return isAway ? `${target} is ${targetState}: its hints are sent when it is back` : undefined;
}
