import { describe, expect, it } from 'vitest';
import { hex32, toHex, utf8Encode } from '../../../src/stdx/bytes.js';
import { crc32c } from '../../../src/stdx/crc32c.js';
import { hash64 } from '../../../src/stdx/hash64.js';
import { murmur3_x86_32 } from '../../../src/stdx/murmur3.js';

const counting = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i);

describe('murmur3_x86_32', () => {
  it.each([
    ['', 0, '00000000'],
    ['', 1, '514e28b7'],
    ['', 0xffffffff, '81f16f39'],
    ['t', 0, 'ca87df4d'],
    ['te', 0, 'edb8ee1b'],
    ['tes', 0, '0bb90e5a'],
    ['test', 0, 'ba6bd213'],
    ['test', 0x9747b28c, '704b81dc'],
    ['testy', 0, '44af8342'],
    ['testy1', 0, '8a1a243a'],
    ['testy12', 0, '845461b9'],
    ['testy123', 0, '47628ac4'],
    ['Hello, world!', 0, 'c0363e43'],
    ['The quick brown fox jumps over the lazy dog', 0, '2e4ff723'],
    ['The quick brown fox jumps over the lazy dog', 0x9747b28c, '2fa826cd'],
    ['special characters açb↓c', 0, 'be83b140'],
    ['user:1042', 0, '99426228'],
  ])('hashes %j under seed %i to %s, as published', (text, seed, expected) => {
    expect(hex32(murmur3_x86_32(utf8Encode(text), seed))).toBe(expected);
  });
});

describe('crc32c', () => {
  // RFC 3720, B.4, and the check value of the CRC catalogue.
  it.each([
    ['32 zero bytes', new Uint8Array(32), '8a9136aa'],
    ['32 bytes of ones', new Uint8Array(32).fill(0xff), '62a8ab43'],
    ['32 counting up', counting(32), '46dd794e'],
    ['32 counting down', counting(32).reverse(), '113fdb5c'],
    ['the digits 1 to 9', utf8Encode('123456789'), 'e3069283'],
    ['nothing', new Uint8Array(), '00000000'],
  ])('of %s is as published', (_, bytes, expected) => {
    expect(hex32(crc32c(bytes))).toBe(expected);
  });

  it('goes on over a second array', () => {
    expect(crc32c(utf8Encode('6789'), crc32c(utf8Encode('12345')))).toBe(0xe3069283);
  });
});

describe('hash64', () => {
  // The reference implementation's vectors for HalfSipHash-2-4 with 64 bits of output: key 00..07, message 00..n-1.
  it.each([
    [0, '218d1f59b9b83cc8'],
    [1, 'be552412f8387315'],
    [2, '064f39ef7c50eb57'],
    [3, 'ce0f1a45f7060679'],
    [4, 'd5e78a175be52ea1'],
    [5, 'cb9d7c3f2f3db580'],
    [7, 'ff202728b07bc684'],
    [8, 'edfee820bce4858c'],
    [15, '217d0bcb4e81c902'],
    [16, '7336aad25f7bf3b5'],
    [31, '863c7f155c34117c'],
    [35, 'f9efd4e13aea6bd8'],
  ])('of %i bytes is as published', (length, expected) => {
    const { hi, lo } = hash64(counting(length), { hi: 0x07060504, lo: 0x03020100 });
    const output = new Uint8Array(8);
    const view = new DataView(output.buffer);
    view.setUint32(0, lo, true);
    view.setUint32(4, hi, true);
    expect(toHex(output)).toBe(expected);
  });

  it('differs under another key', () => {
    const bytes = utf8Encode('user:1042');
    expect(hash64(bytes, { hi: 0, lo: 1 })).not.toEqual(hash64(bytes, { hi: 0, lo: 2 }));
    expect(hash64(bytes, { hi: 1, lo: 1 })).not.toEqual(hash64(bytes, { hi: 0, lo: 1 }));
  });
});
