import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeKey, encodeValue, KEY_ENCODINGS, parseKey } from '../../../src/cli/keys.js';
import { keyArguments, shellQuote, showKey } from '../../../src/cli/show-key.js';
import { utf8Encode } from '../../../src/stdx/bytes.js';

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

describe('a key on the command line', () => {
  it.each([
    ['user:1042', 'utf8', utf8Encode('user:1042')],
    ['ключ', 'utf8', utf8Encode('ключ')],
    ['00ff10', 'hex', bytes(0, 255, 16)],
    ['AP8Q', 'base64', bytes(0, 255, 16)],
    ['AP8', 'base64', bytes(0, 255)],
    ['-_8', 'base64', bytes(251, 255)],
  ] as const)('%s in %s is its bytes', (text, encoding, key) => {
    expect(parseKey(text, encoding)).toEqual(key);
  });

  it.each([
    ['', 'utf8', 'KV_KEY_INVALID', 'the key is empty'],
    ['', 'hex', 'KV_KEY_INVALID', 'the key is empty'],
    ['x'.repeat(2049), 'utf8', 'KV_KEY_INVALID', 'the key has 2049 bytes: use 1 to 2048'],
    ['ж'.repeat(1025), 'utf8', 'KV_KEY_INVALID', 'the key has 2050 bytes'],
    ['abc', 'hex', 'KV_USAGE', 'is not hex'],
    ['a*b=', 'base64', 'KV_USAGE', 'is not base64'],
    ['a\uFFFDb', 'utf8', 'KV_USAGE', '--key-encoding hex'],
  ] as const)('%j in %s is refused with %s', (...[text, encoding, code, message]) => {
    expect(() => parseKey(text, encoding)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) as string }),
    );
  });

  it('may have 2048 bytes', () => {
    expect(parseKey('x'.repeat(2048), 'utf8')).toHaveLength(2048);
  });

  it('comes back as it was, whatever the bytes and the encoding', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 64 }),
        fc.constantFrom(...KEY_ENCODINGS),
        (key, wanted) => {
          const { text, encoding } = encodeKey(key, wanted);
          fc.pre(!text.includes('\uFFFD'));
          expect(parseKey(text, encoding)).toEqual(key);
        },
      ),
    );
  });
});

describe('a value in JSON', () => {
  it('is text when it is UTF-8 and base64 when it is not, and says which', () => {
    expect(encodeValue(utf8Encode('\u0000ü'))).toEqual({
      value: '\u0000ü',
      valueEncoding: 'utf8',
    });
    expect(encodeValue(bytes(255, 0))).toEqual({ value: '/wA=', valueEncoding: 'base64' });
  });
});

describe('a key in a sentence', () => {
  it.each([
    [utf8Encode('user:1042'), 'user:1042'],
    [bytes(255, 0), '0xff00'],
    [utf8Encode('a\u001B[2J'), '0x611b5b324a'],
    [utf8Encode('a\u202Eb'), '0x61e280ae62'],
    [new Uint8Array(0), '(empty key)'],
  ])('%j is shown as %s', (key, text) => {
    expect(showKey(key)).toBe(text);
  });

  it('is cut when it is long', () => {
    expect(showKey(utf8Encode('x'.repeat(2048)))).toBe(`${'x'.repeat(59)}…`);
  });
});

describe('a key in a command to paste', () => {
  it.each([
    [utf8Encode('user:1042'), 'user:1042'],
    [utf8Encode("it's"), String.raw`'it'\''s'`],
    [utf8Encode('-x'), '-- -x'],
    [utf8Encode('a b'), "'a b'"],
    [bytes(255, 0), '--key-encoding hex ff00'],
  ])('%j is %s', (key, text) => {
    expect(keyArguments(key)).toBe(text);
  });

  it('is quoted so that a shell gives it back', () => {
    expect(shellQuote('$(rm -rf /)')).toBe("'$(rm -rf /)'");
  });
});
