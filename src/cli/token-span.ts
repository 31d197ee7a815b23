import { Flags } from '@oclif/core';
import { KvError } from '../node/core/errors.js';
import type { TokenSpan } from '../node/core/views/storage-views.js';

const SPAN = /^(?:0x)?([0-9a-f]{1,8})\.\.(?:0x)?([0-9a-f]{1,8})$/i;

/** A range of tokens as it is shown: `0x6b210000..0x6b44a000`; one whose end is not above its start goes round the end of the ring. */
export const tokenSpanFlag = Flags.custom<TokenSpan>({
  helpValue: 'A..B',
  parse: async (text, _context, { name }) => {
    const span = parseTokenSpan(text);
    if (span !== undefined) return span;
    throw new KvError(
      'KV_USAGE',
      `--${name}: ${JSON.stringify(text)} is no range of tokens: use 0x6b210000..0x6b44a000`,
    );
  },
});

/** The tokens that a text spells in hex digits; undefined when it spells none. */
export function parseTokenSpan(text: string): TokenSpan | undefined {
  const [, start, end] = SPAN.exec(text.trim()) ?? [];
  if (start === undefined || end === undefined) return undefined;
  return { start: Number.parseInt(start, 16), end: Number.parseInt(end, 16) };
}
