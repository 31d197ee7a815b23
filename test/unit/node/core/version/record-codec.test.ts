import { expect, it } from 'vitest';
import { encodeDataKey } from '../../../../../src/node/core/version/data-key.js';
import { decodeRecord, encodeRecord } from '../../../../../src/node/core/version/record-codec.js';
import { digestOf } from '../../../../../src/node/core/version/record.js';
import { toHex, utf8Encode } from '../../../../../src/stdx/bytes.js';

const key = encodeDataKey({ namespace: 1, token: 0x99426228, key: utf8Encode('user:1042') });
const version = { ms: 0x0198_1b2c_3d4e, logical: 7, writerHi: 0xdeadbeef, writerLo: 0x01020304 };

// The bytes of docs/storage-format.md; a change here is a change of the format.
it('a data key and its records have the documented bytes', () => {
  expect(toHex(key)).toBe('64' + '00000001' + '99426228' + '757365723a31303432');
  const content = { version, tombstone: false, value: utf8Encode('hi') };
  const head = '01981b2c3d4e' + '0007' + 'deadbeef' + '01020304';
  expect(toHex(encodeRecord(key, content))).toBe(`0100${head}6869b440f304`);
  const expiring = { ...content, expiresAtMs: 0x0198_1b2c_ffff };
  expect(toHex(encodeRecord(key, expiring))).toBe(`0102${head}01981b2cffff68695e5e0819`);
  const tombstone = { version, tombstone: true, value: new Uint8Array() };
  expect(toHex(encodeRecord(key, tombstone))).toBe(`0101${head}349ae13b`);
});

it('a digest names the record and does not hold it', () => {
  const content = { version, tombstone: false, expiresAtMs: 9, value: utf8Encode('hello') };
  const record = decodeRecord(key, encodeRecord(key, content));
  if (typeof record === 'string') throw new Error(record);
  const { checksum } = record;
  const rest = { tombstone: false, expiresAtMs: 9, sizeBytes: 5 };
  expect(digestOf(record)).toEqual({ version, checksum, ...rest });
});

it('a tombstone with a value is a defect', () => {
  const content = { version, tombstone: true, value: new Uint8Array(1) };
  expect(() => encodeRecord(key, content)).toThrow('no value');
});
