import type { Stamp, Version } from '../../../node/core/version/version.js';
import { utf8Encode } from '../../../stdx/bytes.js';
import { takeSlab } from './frame-slabs.js';

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

const U31 = 0x8000_0000;
const U32 = 0x1_0000_0000;

/** Bytes kept for the length of a nested message: enough for 256 MiB. A longer form than needed is a valid varint. */
const NESTED_LENGTH_BYTES = 4;
/** The most that a tag and a number take. */
const FIELD_BYTES = 16;

const scratch = new DataView(new ArrayBuffer(8));

/** Appends protobuf fields to one growing buffer, at the speed of stores into an array; fields below 2048 only. */
export class ProtoWriter {
  #bytes: Buffer;
  #length = 0;

  /** `sizeHint` bytes are reserved at once: with a good upper bound nothing is copied again. */
  constructor(sizeHint: number) {
    this.#bytes = takeSlab(Math.max(64, sizeHint));
  }

  get length(): number {
    return this.#length;
  }

  /** What was written; the writer must not be used afterwards. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** A number of at most 53 bits; nothing for zero, which is the default. */
  uint(field: number, value: number): void {
    if (value === 0) return;
    this.uintAlways(field, value);
  }

  /** A number of at most 53 bits, zero too: for `optional` fields. */
  uintAlways(field: number, value: number): void {
    this.#reserve(FIELD_BYTES);
    this.#tag(field, VARINT);
    this.#varint(value);
  }

  bool(field: number, value: boolean): void {
    if (value) this.uintAlways(field, 1);
  }

  double(field: number, value: number): void {
    if (value === 0) return;
    this.#reserve(FIELD_BYTES);
    this.#tag(field, FIXED64);
    scratch.setFloat64(0, value, true);
    for (let i = 0; i < 8; i++) this.#bytes[this.#length++] = scratch.getUint8(i);
  }

  fixed32(field: number, value: number): void {
    if (value === 0) return;
    this.#reserve(FIELD_BYTES);
    this.#tag(field, FIXED32);
    for (let shift = 0; shift < 32; shift += 8) this.#bytes[this.#length++] = value >>> shift;
  }

  /** Bytes; nothing when they are empty. */
  bytes(field: number, value: Uint8Array): void {
    if (value.length !== 0) this.bytesAlways(field, value);
  }

  /** Bytes, empty ones too: for `optional` and `repeated` fields. */
  bytesAlways(field: number, value: Uint8Array): void {
    const length = value.length;
    this.#reserve(FIELD_BYTES + length);
    this.#tag(field, LENGTH);
    this.#varint(length);
    // Below this size a loop is faster than the call behind `set`.
    if (length > 48) this.#bytes.set(value, this.#length);
    else for (let i = 0; i < length; i++) this.#bytes[this.#length + i] = value[i]!;
    this.#length += length;
  }

  /** A stamp: 8 bytes, big-endian as on disk. */
  stamp(field: number, stamp: Stamp): void {
    this.#reserve(FIELD_BYTES);
    this.#tag(field, LENGTH);
    this.#bytes[this.#length++] = 8;
    this.#stamp(stamp);
  }

  /** A version: 16 bytes, big-endian as on disk. */
  version(field: number, version: Version): void {
    this.#reserve(FIELD_BYTES + 8);
    this.#tag(field, LENGTH);
    this.#bytes[this.#length++] = 16;
    this.#stamp(version);
    this.#u32be(version.writerHi);
    this.#u32be(version.writerLo);
  }

  /** Text; nothing when it is empty. */
  string(field: number, text: string): void {
    if (text.length !== 0) this.stringAlways(field, text);
  }

  /** Text, empty too: for `optional` and `repeated` fields. */
  stringAlways(field: number, text: string): void {
    if (text.length > 64 || !this.#shortAscii(field, text))
      this.bytesAlways(field, utf8Encode(text));
  }

  /** Begins a nested message; what it returns goes to `end`. */
  begin(field: number): number {
    this.#reserve(FIELD_BYTES);
    this.#tag(field, LENGTH);
    this.#length += NESTED_LENGTH_BYTES;
    return this.#length;
  }

  /** Ends the nested message that `begin` began. */
  end(start: number): void {
    const length = this.#length - start;
    const at = start - NESTED_LENGTH_BYTES;
    this.#bytes[at] = (length & 0x7f) | 0x80;
    this.#bytes[at + 1] = ((length >>> 7) & 0x7f) | 0x80;
    this.#bytes[at + 2] = ((length >>> 14) & 0x7f) | 0x80;
    this.#bytes[at + 3] = length >>> 21;
  }

  #shortAscii(field: number, text: string): boolean {
    const length = text.length;
    this.#reserve(FIELD_BYTES + length);
    const before = this.#length;
    this.#tag(field, LENGTH);
    this.#bytes[this.#length++] = length;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) {
        this.#length = before;
        return false;
      }
      this.#bytes[this.#length++] = code;
    }
    return true;
  }

  #tag(field: number, type: number): void {
    const tag = (field << 3) | type;
    if (tag > 0x7f) {
      this.#bytes[this.#length++] = (tag & 0x7f) | 0x80;
      this.#bytes[this.#length++] = tag >>> 7;
    } else {
      this.#bytes[this.#length++] = tag;
    }
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= U31) {
      this.#bytes[this.#length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  #stamp({ ms, logical }: Stamp): void {
    const low = ms % U32;
    this.#u32be(((ms - low) / 0x1_0000 + (low >>> 16)) >>> 0);
    this.#u32be((((low & 0xffff) << 16) | logical) >>> 0);
  }

  #u32be(value: number): void {
    this.#bytes[this.#length++] = value >>> 24;
    this.#bytes[this.#length++] = value >>> 16;
    this.#bytes[this.#length++] = value >>> 8;
    this.#bytes[this.#length++] = value;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
