import { toHex, utf8DecodeStrict } from '../stdx/bytes.js';
import { clipText } from './text-width.js';

/** Cells of a key in a line of text; its whole text is in the JSON. */
const KEY_CELLS = 60;

/** What may be printed as it is: no controls, nothing invisible, nothing that reorders text. */
const PRINTABLE = /^[^\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]+$/u;
const SHELL_SAFE = /^[\w@%+=:,./-]+$/;

/** A key as one line may show it: its text when that is printable, else `0x` and its bytes in hex. */
export function showKey(key: Uint8Array): string {
  const text = utf8DecodeStrict(key);
  if (text === '') return '(empty key)';
  const shown = text !== undefined && PRINTABLE.test(text) ? text : `0x${toHex(key)}`;
  return clipText(shown, KEY_CELLS);
}

/** The words of a command line that name a key, ready to paste. */
export function keyArguments(key: Uint8Array): string {
  const text = utf8DecodeStrict(key);
  if (text === undefined || !PRINTABLE.test(text)) return `--key-encoding hex ${toHex(key)}`;
  return `${text.startsWith('-') ? '-- ' : ''}${shellQuote(text)}`;
}

/** Text as one word of a POSIX shell. */
export function shellQuote(text: string): string {
  return SHELL_SAFE.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Text from elsewhere with whatever could move the cursor or hide text replaced by `?`; line breaks stay. */
export function cleanText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character === '\n' ? character : '?',
  );
}
