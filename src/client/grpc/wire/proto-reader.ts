import type { Stamp, Version } from '../../../node/core/version/version.js';
import { utf8Decode } from '../../../stdx/bytes.js';
import { BadFrame } from './bad-frame.js';

const U32 = 0x1_0000_0000;
/** Multiples of a byte's place beyond 28 bits, where shifts would overflow. */
const PLACES = [0x1000_0000, 0x8_0000_0000, 0x400_0000_0000, 0x2_0000_0000_0000];

const INTERNED_LENGTH = 32;
const INTERNED_SLOTS = 256;
/** The few names and words that come again and again: levels, namespaces, nodes. One slot per hash; a newcomer takes it over. */
const interned: (string | undefined)[] = Array.from({ length: INTERNED_SLOTS }, () => undefined);

/** Up to this size a copy costs no more than a view, and does not keep the frame alive. */
const COPIED_BYTES = 64;

const scratch = new DataView(new ArrayBuffer(8));

/**
 * Reads protobuf fields out of one message. Whatever is not there, or does not fit, throws BadFrame.
 * Byte fields longer than 64 bytes are views of the message: copy what is kept for long.
 */
export class ProtoReader {
  readonly #bytes: Uint8Array;
  #position = 0;
  #limit: number;

  constructor(bytes: Uint8Array) {
    // A plain array, not a Buffer: its `subarray` is faster, and what is read out is a plain array too.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#limit = bytes.length;
  }

  /** The tag of the next field of the current message (number times 8, plus wire type), or 0 at its end. */
  tag(): number {
    if (this.#position === this.#limit) return 0;
    const tag = this.#varint();
    if (tag < 8 || tag >= U32) throw new BadFrame(`field tag ${tag}`);
    return tag;
  }

  /** Narrows the reader to the nested message that begins here; what it returns goes to `leave`. */
  enter(): number {
    const outer = this.#limit;
    const length = this.#length();
    this.#limit = this.#position + length;
    return outer;
  }

  /** Widens the reader again, after the nested message was read to its end. */
  leave(outer: number): void {
    this.#position = this.#limit;
    this.#limit = outer;
  }

  /** A number of at most 53 bits. */
  uint(): number {
    return this.#varint();
  }

  bool(): boolean {
    return this.#varint() !== 0;
  }

  double(): number {
    const at = this.#take(8);
    for (let i = 0; i < 8; i++) scratch.setUint8(i, this.#bytes[at + i]!);
    return scratch.getFloat64(0, true);
  }

  fixed32(): number {
    const at = this.#take(4);
    const bytes = this.#bytes;
    return (
      (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
    );
  }

  bytes(): Uint8Array {
    const length = this.#length();
    const at = this.#take(length);
    return length > COPIED_BYTES
      ? this.#bytes.subarray(at, at + length)
      : this.#bytes.slice(at, at + length);
  }

  /** What is left of the current message, for another reader. */
  rest(): Uint8Array {
    const at = this.#position;
    this.#position = this.#limit;
    return this.#bytes.subarray(at, this.#limit);
  }

  string(): string {
    const length = this.#length();
    const at = this.#take(length);
    if (length > INTERNED_LENGTH) return utf8Decode(this.#bytes.subarray(at, at + length));
    let hash = length;
    for (let i = 0; i < length; i++) hash = (Math.imul(hash, 31) + this.#bytes[at + i]!) | 0;
    const slot = (hash ^ (hash >>> 16)) & (INTERNED_SLOTS - 1);
    const known = interned[slot];
    if (known !== undefined && this.#spells(known, at, length)) return known;
    const text = utf8Decode(this.#bytes.subarray(at, at + length));
    interned[slot] = text;
    return text;
  }

  stamp(): Stamp {
    const length = this.#length();
    if (length !== 8) throw new BadFrame(`a stamp of ${length} bytes`);
    const at = this.#take(8);
    const low = this.#u32be(at + 4);
    return { ms: this.#u32be(at) * 0x1_0000 + (low >>> 16), logical: low & 0xffff };
  }

  /** A version, or undefined for empty bytes. */
  version(): Version | undefined {
    const length = this.#length();
    if (length === 0) return undefined;
    if (length !== 16) throw new BadFrame(`a version of ${length} bytes`);
    const at = this.#take(16);
    const low = this.#u32be(at + 4);
    return {
      ms: this.#u32be(at) * 0x1_0000 + (low >>> 16),
      logical: low & 0xffff,
      writerHi: this.#u32be(at + 8),
      writerLo: this.#u32be(at + 12),
    };
  }

  /** Passes over a field that this code does not know. */
  skip(tag: number): void {
    switch (tag & 7) {
      case 0:
        this.#skipVarint();
        return;
      case 1:
        this.#take(8);
        return;
      case 2:
        this.#take(this.#length());
        return;
      case 5:
        this.#take(4);
        return;
      default:
        throw new BadFrame(`wire type ${tag & 7}`);
    }
  }

  #spells(text: string, at: number, length: number): boolean {
    if (text.length !== length) return false;
    for (let i = 0; i < length; i++) {
      const byte = this.#bytes[at + i]!;
      if (byte >= 0x80 || text.charCodeAt(i) !== byte) return false;
    }
    return true;
  }

  #length(): number {
    const length = this.#varint();
    if (length > this.#limit - this.#position)
      throw new BadFrame('a field longer than its message');
    return length;
  }

  #take(length: number): number {
    const at = this.#position;
    if (length > this.#limit - at) throw new BadFrame('a field longer than its message');
    this.#position = at + length;
    return at;
  }

  #u32be(at: number): number {
    const bytes = this.#bytes;
    return (
      ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
    );
  }

  /** Any of the ten-byte numbers that protobuf has, of which `uint` takes those below 2^53. */
  #skipVarint(): void {
    for (let i = 0; i < 10; i++) if (this.#bytes[this.#take(1)]! < 0x80) return;
    throw new BadFrame('a number of more than 64 bits');
  }

  #varint(): number {
    const bytes = this.#bytes;
    let position = this.#position;
    const limit = this.#limit;
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      if (position >= limit) throw new BadFrame('a number without an end');
      const byte = bytes[position++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.#position = position;
        return value;
      }
    }
    for (const place of PLACES) {
      if (position >= limit) throw new BadFrame('a number without an end');
      const byte = bytes[position++]!;
      value += (byte & 0x7f) * place;
      if (byte < 0x80) {
        this.#position = position;
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
    }
    throw new BadFrame('a number of more than 53 bits');
  }
}
