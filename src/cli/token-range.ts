import { Flags } from '@oclif/core';
import { KvError } from '../node/core/errors.js';
import { RING_SIZE } from '../node/core/ring/token.js';

/** Tokens from `start` to below `end`; it wraps when `end` is not above `start`. */
export interface TokenRangeValue {
  readonly start: number;
  readonly end: number;
}

/** A range of tokens as people write it: `0x10000000..0x20000000`, or decimal. */
export function parseTokenRange(text: string): TokenRangeValue | undefined {
  const parts = /^([^.]+)\.\.([^.]+)$/.exec(text);
  const start = tokenOf(parts?.[1]);
  const end = tokenOf(parts?.[2]);
  // The end of the ring is its beginning.
  return start === undefined || start === RING_SIZE || end === undefined || start === end
    ? undefined
    : { start, end: end % RING_SIZE };
}

/** A range of tokens on the command line. */
export const tokenRangeFlag = Flags.custom<TokenRangeValue>({
  helpValue: 'A..B',
  parse: async (text, _context, { name }) => {
    const range = parseTokenRange(text);
    if (range !== undefined) return range;
    throw new KvError(
      'KV_USAGE',
      `--${name}: ${JSON.stringify(text)} is no range of tokens: use 0x10000000..0x20000000`,
    );
  },
});

function tokenOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^(0x[0-9a-f]{1,9}|\d{1,10})$/i.test(text)) return undefined;
  const token = Number(text);
  return token <= RING_SIZE ? token : undefined;
}
