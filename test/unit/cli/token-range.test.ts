import { describe, expect, it } from 'vitest';
import { parseTokenRange } from '../../../src/cli/token-range.js';

describe('a range of tokens', () => {
  it.each([
    ['0x10000000..0x20000000', { start: 0x1000_0000, end: 0x2000_0000 }],
    ['0..4096', { start: 0, end: 4096 }],
    ['0xFFFFF000..0x100000000', { start: 0xffff_f000, end: 0 }],
    ['20..10', { start: 20, end: 10 }],
  ])('%s is read', (text, range) => {
    expect(parseTokenRange(text)).toEqual(range);
  });

  it.each(['', '1', '1..', '..1', '5..5', '0x..1', '1...2', '-1..5', '0..4294967297', 'a..b'])(
    '%s is none',
    (text) => {
      expect(parseTokenRange(text)).toBeUndefined();
    },
  );
});
