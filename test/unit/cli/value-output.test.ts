import { describe, expect, it } from 'vitest';
import { frameValues, printableValue } from '../../../src/cli/value-output.js';
import type { ReadResult } from '../../../src/client/client.js';
import { utf8Decode, utf8Encode } from '../../../src/stdx/bytes.js';

const read = (key: string, value: Uint8Array | undefined) => ({
  key: utf8Encode(key),
  result: {
    kind: 'read',
    found: value !== undefined,
    value,
    version: undefined,
    expiresAtMs: undefined,
    coordinator: 'n1',
    tookMs: 1,
    trace: undefined,
  } satisfies ReadResult,
});

const pipe = { raw: false, hex: false, onTerminal: false };
const terminal = { ...pipe, onTerminal: true };
const binary = Uint8Array.from([0xff, 0x00, 0x0a]);

describe('a value on standard output', () => {
  it('is its bytes and nothing else in a pipe', () => {
    expect(printableValue(read('k', binary), pipe)).toEqual(binary);
    expect(printableValue(read('k', undefined), pipe)).toHaveLength(0);
  });

  it('has a newline after it on a terminal, unless it is wanted raw', () => {
    const text = read('k', utf8Encode('v'));

    expect(utf8Decode(printableValue(text, terminal))).toBe('v\n');
    expect(utf8Decode(printableValue(text, { ...terminal, raw: true }))).toBe('v');
  });

  it('is not written to a terminal when it is binary, unless that is forced', () => {
    expect(() => printableValue(read('k', binary), terminal)).toThrow(
      expect.objectContaining({
        code: 'KV_USAGE',
        hints: ['kv get k --hex', 'kv get k --out FILE', 'kv get k --raw'],
      }),
    );
    expect(printableValue(read('k', binary), { ...terminal, raw: true })).toEqual(binary);
    expect(utf8Decode(printableValue(read('k', binary), { ...terminal, hex: true }))).toBe(
      'ff000a\n',
    );
  });

  it('counts as binary when a terminal would obey it', () => {
    expect(() => printableValue(read('k', utf8Encode('\u001B[2J')), terminal)).toThrow('binary');
    expect(utf8Decode(printableValue(read('k', utf8Encode('a\tb\r\nü')), terminal))).toBe(
      'a\tb\r\nü\n',
    );
  });
});

describe('several values on standard output', () => {
  it('are framed by their lengths, without those that are not there', () => {
    const reads = [read('a', utf8Encode('x\ny')), read('gone', undefined), read('b', binary)];
    const framed = frameValues(reads, { ...pipe, encoding: 'utf8' });

    expect([...framed]).toEqual([...utf8Encode('a\t3\nx\ny\nb\t3\n'), ...binary, 10]);
  });

  it('have the length of what is written, and their keys in the encoding asked for', () => {
    const framed = frameValues([read('a', binary)], { ...pipe, hex: true, encoding: 'hex' });

    expect(utf8Decode(framed)).toBe('61\t6\nff000a\n');
  });
});
