import type { Act } from './act.js';
import type { Command } from './actions.js';
import type { Stroke } from './keys.js';

/** Asks whether to do it. */
export function askFor(question: Act): Command {
  return { action: { type: 'question', question } };
}

/** Says why it would do nothing. */
export function refuse(text: string): Command {
  return { action: { type: 'notice', text, bad: true } };
}

/** What a stroke answers: `y` does it, and what is not meant as an answer changes nothing. */
export function answerCommands(question: Act, stroke: Stroke): readonly Command[] {
  const close: Command = { action: { type: 'question', question: undefined } };
  switch (stroke) {
    case 'y':
      return [close, { effect: { type: 'act', act: question } }];
    case 'n':
    case 'q':
    case 'esc':
    case 'ctrl-c':
      return [close];
    default:
      return [];
  }
}
