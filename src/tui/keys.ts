import type { Key } from 'ink';

/** One stroke by name: `a`, `G`, `space`, `ctrl-d`, `up`, `enter`, `esc`, ...; text that is no key of its own stays as it is. */
export type Stroke = string;

const NAMED: readonly (readonly [keyof Key, Stroke])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pgup'],
  ['pageDown', 'pgdn'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'esc'],
  // Backspace arrives as `delete` on most terminals.
  ['backspace', 'backspace'],
  ['delete', 'backspace'],
];

/** The strokes in one piece of input: terminals deliver fast typing and pasted text in one go. */
export function strokesOf(input: string, key: Key): readonly Stroke[] {
  if (key.tab) return [key.shift ? 'shift-tab' : 'tab'];
  for (const [name, stroke] of NAMED) if (key[name] === true) return [stroke];
  if (key.ctrl) return input === '' ? [] : [`ctrl-${input}`];
  // Alt with a key, reports of a mouse, and sequences that nobody knows.
  if (key.meta || input.startsWith('[')) return input === '[' ? ['['] : [];
  return Array.from(input, strokeOf);
}

function strokeOf(character: string): Stroke {
  switch (character) {
    case ' ':
      return 'space';
    case '\r':
    case '\n':
      return 'enter';
    case '\t':
      return 'tab';
    case '\b':
    case '\x7f':
      return 'backspace';
    default: {
      const code = character.charCodeAt(0);
      return code < 0x20 ? `ctrl-${String.fromCharCode(code + 0x60)}` : character;
    }
  }
}
