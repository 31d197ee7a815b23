import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareBytes } from '../../src/stdx/bytes.js';
import { crc32c } from '../../src/stdx/crc32c.js';
import { decodeDataKey, encodeDataKey } from '../../src/node/core/version/data-key.js';
import {
  decodeRecord,
  encodeRecord,
  RECORD_OVERHEAD,
  versionOfRecord,
} from '../../src/node/core/version/record-codec.js';
import { compareVersions } from '../../src/node/core/version/version.js';
import { contents, dataKeys, versions } from './arbitrary-records.js';

it('what is encoded is decoded', () => {
  fc.assert(
    fc.property(dataKeys, contents(), (key, content) => {
      const encoded = encodeRecord(key, content);
      expect(decodeRecord(key, encoded)).toMatchObject({ ...content, encoded });
      expect(versionOfRecord(encoded)).toEqual(content.version);
    }),
  );
});

it('the overhead is the bytes around the value', () => {
  fc.assert(
    fc.property(dataKeys, contents(), (key, content) => {
      const kind = content.expiresAtMs === undefined ? 'plain' : 'expiring';
      expect(encodeRecord(key, content).length).toBe(content.value.length + RECORD_OVERHEAD[kind]);
    }),
  );
});

it('every single-bit flip of the record or of its key is detected', () => {
  fc.assert(
    fc.property(dataKeys, contents(), (key, content) => {
      const encoded = encodeRecord(key, content);
      for (const bytes of [encoded, key]) {
        for (let bit = 0; bit < 8 * bytes.length; bit++) {
          bytes[bit >>> 3]! ^= 1 << (bit & 7);
          expect(decodeRecord(key, encoded)).toBe('corrupt');
          bytes[bit >>> 3]! ^= 1 << (bit & 7);
        }
      }
      expect(decodeRecord(key, encoded)).not.toBe('corrupt');
    }),
    { numRuns: 30 },
  );
});

it('every truncation and any other bytes are corrupt', () => {
  fc.assert(
    fc.property(dataKeys, contents(), (key, content) => {
      const encoded = encodeRecord(key, content);
      for (let length = 0; length < encoded.length; length++)
        expect(decodeRecord(key, encoded.subarray(0, length))).toBe('corrupt');
    }),
  );
  fc.assert(
    fc.property(dataKeys, fc.uint8Array({ maxLength: 80 }), (key, bytes) => {
      expect(decodeRecord(key, bytes)).toBe('corrupt');
    }),
  );
});

it('a whole record of a newer format is told from a damaged one', () => {
  fc.assert(
    fc.property(
      fc.tuple(dataKeys, contents()),
      fc.constantFrom([0, 2], [0, 255], [1, 4], [1, 0x80]),
      ([key, content], [at, mask]) => {
        const bytes = encodeRecord(key, content);
        bytes[at]! |= mask;
        const body = bytes.subarray(0, bytes.length - 4);
        new DataView(bytes.buffer).setUint32(body.length, crc32c(body, crc32c(key)));
        expect(decodeRecord(key, bytes)).toBe('unknown-format');
      },
    ),
  );
});

it('a checksummed record without room for its expiry is corrupt', () => {
  fc.assert(
    fc.property(dataKeys, versions, (key, version) => {
      const plain = { version, tombstone: false, value: new Uint8Array(3) };
      const bytes = encodeRecord(key, plain);
      bytes[1] = 2;
      const body = bytes.subarray(0, bytes.length - 4);
      new DataView(bytes.buffer).setUint32(body.length, crc32c(body, crc32c(key)));
      expect(decodeRecord(key, bytes)).toBe('corrupt');
    }),
  );
});

it('encoded versions sort as versions do', () => {
  fc.assert(
    fc.property(fc.tuple(versions, versions), dataKeys, ([a, b], key) => {
      const bytesOf = (version: typeof a): Uint8Array =>
        encodeRecord(key, { version, tombstone: true, value: new Uint8Array() }).subarray(2, 18);
      expect(Math.sign(compareBytes(bytesOf(a), bytesOf(b)))).toBe(
        Math.sign(compareVersions(a, b)),
      );
    }),
  );
});

it('data keys decode to their parts and sort by namespace, token and key', () => {
  const order = (a: ReturnType<typeof decodeDataKey>, b: typeof a): number =>
    a.namespace - b.namespace || a.token - b.token || compareBytes(a.key, b.key);
  fc.assert(
    fc.property(dataKeys, dataKeys, (a, b) => {
      expect(encodeDataKey(decodeDataKey(a))).toEqual(a);
      expect(Math.sign(compareBytes(a, b))).toBe(
        Math.sign(order(decodeDataKey(a), decodeDataKey(b))),
      );
    }),
  );
});
