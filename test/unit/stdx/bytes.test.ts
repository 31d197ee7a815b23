import { describe, expect, it } from 'vitest';
import { AssertionFailure } from '../../../src/stdx/assert.js';
import {
  compareBytes,
  concatBytes,
  equalBytes,
  fromHex,
  hex32,
  readU16be,
  readU32be,
  readU48be,
  toHex,
  utf8Decode,
  utf8DecodeStrict,
  utf8Encode,
  writeU16be,
  writeU32be,
  writeU48be,
} from '../../../src/stdx/bytes.js';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('text', () => {
  it('is encoded as UTF-8 and decoded back, with a leading U+FEFF kept', () => {
    expect(utf8Encode('é€')).toEqual(bytes(0xc3, 0xa9, 0xe2, 0x82, 0xac));
    expect(utf8Decode(utf8Encode('\ufeffkey'))).toBe('\ufeffkey');
    expect(utf8DecodeStrict(utf8Encode('\ufeffkey'))).toBe('\ufeffkey');
  });

  it('is undefined for bytes that are not UTF-8, or marked where it is only shown', () => {
    expect(utf8DecodeStrict(bytes(0x61, 0xff))).toBeUndefined();
    expect(utf8DecodeStrict(bytes(0xc0, 0x80))).toBeUndefined();
    expect(utf8Decode(bytes(0x61, 0xff))).toBe('a\ufffd');
  });
});

describe('byte strings', () => {
  it('are ordered bytewise unsigned, a prefix first', () => {
    expect(compareBytes(bytes(0x7f), bytes(0x80))).toBeLessThan(0);
    expect(compareBytes(bytes(1, 2), bytes(1, 2, 0))).toBeLessThan(0);
    expect(compareBytes(bytes(2), bytes(1, 255))).toBeGreaterThan(0);
    expect(compareBytes(bytes(1, 2), bytes(1, 2))).toBe(0);
  });

  it('are equal when length and content are', () => {
    expect(equalBytes(bytes(1, 2), bytes(1, 2))).toBe(true);
    expect(equalBytes(bytes(1, 2), bytes(1, 3))).toBe(false);
    expect(equalBytes(bytes(1), bytes(1, 0))).toBe(false);
  });

  it('are joined into a fresh array', () => {
    const part = bytes(1, 2);
    const whole = concatBytes(part, bytes(), bytes(3));
    part[0] = 9;
    expect(whole).toEqual(bytes(1, 2, 3));
  });
});

describe('hex digits', () => {
  it('are two per byte, and read in either case', () => {
    expect(toHex(bytes(0, 0x0f, 0xa5))).toBe('000fa5');
    expect(fromHex('000FA5')).toEqual(bytes(0, 0x0f, 0xa5));
    expect(fromHex('')).toEqual(bytes());
  });

  it('are refused when odd in number or no hex at all', () => {
    expect(fromHex('abc')).toBeUndefined();
    expect(fromHex('0x')).toBeUndefined();
    expect(fromHex(' a')).toBeUndefined();
  });

  it('are eight for a 32-bit number, signed or not', () => {
    expect(hex32(0)).toBe('00000000');
    expect(hex32(0x9f3c21aa | 0)).toBe('9f3c21aa');
  });
});

describe('big-endian integers', () => {
  it('are laid out most significant byte first', () => {
    const target = new Uint8Array(12);
    writeU16be(target, 0, 0x0102);
    writeU32be(target, 2, 0xfffefdfc);
    writeU48be(target, 6, 0xf1f2_f3f4_f5f6);
    expect(toHex(target)).toBe('0102fffefdfcf1f2f3f4f5f6');
    expect(readU16be(target, 0)).toBe(0x0102);
    expect(readU32be(target, 2)).toBe(0xfffefdfc);
    expect(readU48be(target, 6)).toBe(0xf1f2_f3f4_f5f6);
  });

  it('are never read or written outside their bytes', () => {
    const target = new Uint8Array(4);
    expect(() => readU32be(target, 1)).toThrow(AssertionFailure);
    expect(() => readU16be(target, -1)).toThrow(AssertionFailure);
    expect(() => writeU48be(target, 0, 1)).toThrow(AssertionFailure);
  });

  it('are never cut to fit their field', () => {
    const target = new Uint8Array(8);
    expect(() => writeU16be(target, 0, 0x1_0000)).toThrow(AssertionFailure);
    expect(() => writeU32be(target, 0, -1)).toThrow(AssertionFailure);
    expect(() => writeU48be(target, 0, 2 ** 48)).toThrow(AssertionFailure);
    expect(() => writeU48be(target, 0, 1.5)).toThrow(AssertionFailure);
    expect(target).toEqual(new Uint8Array(8));
  });
});
