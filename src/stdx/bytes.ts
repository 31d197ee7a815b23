import { assert } from './assert.js';

// Integers are big-endian everywhere, so that comparing encoded bytes compares the numbers.

const U16 = 0x1_0000;
const U32 = 0x1_0000_0000;
const U48 = 0x1_0000_0000_0000;

const encoder = new TextEncoder();
// `ignoreBOM` keeps a leading U+FEFF: decoding must be the exact inverse of encoding.
const lossyDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
const strictDecoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/** The UTF-8 bytes of `text`. */
export function utf8Encode(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The text of UTF-8 `bytes`, with U+FFFD for what is not UTF-8: for showing, not for round trips. */
export function utf8Decode(bytes: Uint8Array): string {
  return lossyDecoder.decode(bytes);
}

/** The text of `bytes` if they are valid UTF-8, so that encoding it again gives the same bytes; else `undefined`. */
export function utf8DecodeStrict(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    // The one way a fatal decoder says "not UTF-8"; here it is an answer, not an error.
    return undefined;
  }
}

/** Orders byte strings as LevelDB does: bytewise unsigned, a prefix before what it begins. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = a[i]! - b[i]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Whether both hold the same bytes. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return false;
  }
  return true;
}

/** A fresh array holding `parts` one after the other. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Two lower-case hex digits per byte. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** The bytes that `text` spells in hex digits of either case, or `undefined` if it spells none. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text)) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Eight lower-case hex digits of a 32-bit number, as tokens and ring hashes are shown. */
export function hex32(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}

/** Reads 16 bits; the caller has checked that they are there. */
export function readU16be(bytes: Uint8Array, offset: number): number {
  assertRoom(bytes, offset, 2);
  return (bytes[offset]! << 8) | bytes[offset + 1]!;
}

/** Reads 32 bits; the caller has checked that they are there. */
export function readU32be(bytes: Uint8Array, offset: number): number {
  assertRoom(bytes, offset, 4);
  return (
    ((bytes[offset]! << 24) |
      (bytes[offset + 1]! << 16) |
      (bytes[offset + 2]! << 8) |
      bytes[offset + 3]!) >>>
    0
  );
}

/** Reads 48 bits; the caller has checked that they are there. */
export function readU48be(bytes: Uint8Array, offset: number): number {
  return readU16be(bytes, offset) * U32 + readU32be(bytes, offset + 2);
}

/** Writes an integer below 2^16. */
export function writeU16be(bytes: Uint8Array, offset: number, value: number): void {
  assertRoom(bytes, offset, 2);
  assertUnsigned(value, U16);
  bytes[offset] = value >>> 8;
  bytes[offset + 1] = value;
}

/** Writes an integer below 2^32. */
export function writeU32be(bytes: Uint8Array, offset: number, value: number): void {
  assertRoom(bytes, offset, 4);
  assertUnsigned(value, U32);
  bytes[offset] = value >>> 24;
  bytes[offset + 1] = value >>> 16;
  bytes[offset + 2] = value >>> 8;
  bytes[offset + 3] = value;
}

/** Writes an integer below 2^48. */
export function writeU48be(bytes: Uint8Array, offset: number, value: number): void {
  assertUnsigned(value, U48);
  writeU16be(bytes, offset, Math.floor(value / U32));
  writeU32be(bytes, offset + 2, value % U32);
}

function assertRoom(bytes: Uint8Array, offset: number, length: number): void {
  assert(offset >= 0 && offset + length <= bytes.length, 'an integer lies outside its bytes');
}

function assertUnsigned(value: number, bound: number): void {
  assert(
    Number.isInteger(value) && value >= 0 && value < bound,
    'an integer does not fit its field',
  );
}
