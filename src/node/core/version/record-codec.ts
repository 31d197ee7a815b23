import { assert } from '../../../stdx/assert.js';
import {
  readU16be,
  readU32be,
  readU48be,
  writeU16be,
  writeU32be,
  writeU48be,
} from '../../../stdx/bytes.js';
import { crc32c } from '../../../stdx/crc32c.js';
import type { RecordContent, StoredRecord } from './record.js';
import type { Version } from './version.js';

/** The record format that this code writes. */
const RECORD_FORMAT = 1;

const FLAG_TOMBSTONE = 1;
const FLAG_EXPIRY = 2;
const KNOWN_FLAGS = FLAG_TOMBSTONE | FLAG_EXPIRY;

const HEADER = 18;
const EXPIRY = 6;
const CHECKSUM = 4;
/** Bytes that a record adds to its value: without an expiry, and with one. */
export const RECORD_OVERHEAD = { plain: HEADER + CHECKSUM, expiring: HEADER + EXPIRY + CHECKSUM };

/**
 * `corrupt`: the bytes are not what was written under this key.
 * `unknown-format`: they are, but a newer version of kv wrote them (KV_FORMAT_UNKNOWN).
 */
export type DecodedRecord = StoredRecord | 'corrupt' | 'unknown-format';

/**
 * The bytes of a record, on disk and on the wire:
 * `format u8 | flags u8 | ms u48be | logical u16be | writer u64be | [expiry u48be] | value | crc32c u32be`.
 * The checksum covers the data key and all before it, so a record under a wrong key is corrupt as well.
 */
export function encodeRecord(dataKey: Uint8Array, content: RecordContent): Uint8Array {
  const { version, tombstone, expiresAtMs, value } = content;
  assert(!tombstone || value.length === 0, 'a tombstone has no value');
  const valueAt = HEADER + (expiresAtMs === undefined ? 0 : EXPIRY);
  const bytes = new Uint8Array(valueAt + value.length + CHECKSUM);
  bytes[0] = RECORD_FORMAT;
  bytes[1] = (tombstone ? FLAG_TOMBSTONE : 0) | (expiresAtMs === undefined ? 0 : FLAG_EXPIRY);
  writeU48be(bytes, 2, version.ms);
  writeU16be(bytes, 8, version.logical);
  writeU32be(bytes, 10, version.writerHi);
  writeU32be(bytes, 14, version.writerLo);
  if (expiresAtMs !== undefined) writeU48be(bytes, HEADER, expiresAtMs);
  bytes.set(value, valueAt);
  writeU32be(bytes, bytes.length - CHECKSUM, checksumOf(dataKey, bytes));
  return bytes;
}

/**
 * The record that `bytes` hold under `dataKey`, verified; its views share the memory of `bytes`.
 * Every format keeps its checksum in the last four bytes, so a damaged format byte is told from a newer format.
 */
export function decodeRecord(dataKey: Uint8Array, bytes: Uint8Array): DecodedRecord {
  if (bytes.length < HEADER + CHECKSUM) return 'corrupt';
  const checksum = readU32be(bytes, bytes.length - CHECKSUM);
  if (checksum !== checksumOf(dataKey, bytes)) return 'corrupt';
  const flags = bytes[1]!;
  if (bytes[0] !== RECORD_FORMAT || (flags & ~KNOWN_FLAGS) !== 0) return 'unknown-format';
  const expiring = (flags & FLAG_EXPIRY) !== 0;
  const valueAt = HEADER + (expiring ? EXPIRY : 0);
  if (bytes.length < valueAt + CHECKSUM) return 'corrupt';
  return {
    version: versionOfRecord(bytes),
    tombstone: (flags & FLAG_TOMBSTONE) !== 0,
    expiresAtMs: expiring ? readU48be(bytes, HEADER) : undefined,
    value: bytes.subarray(valueAt, bytes.length - CHECKSUM),
    checksum,
    encoded: bytes,
  };
}

/** The version in the header of a record that was verified before; nothing is checked. */
export function versionOfRecord(bytes: Uint8Array): Version {
  return {
    ms: readU48be(bytes, 2),
    logical: readU16be(bytes, 8),
    writerHi: readU32be(bytes, 10),
    writerLo: readU32be(bytes, 14),
  };
}

function checksumOf(dataKey: Uint8Array, bytes: Uint8Array): number {
  return crc32c(bytes.subarray(0, bytes.length - CHECKSUM), crc32c(dataKey));
}
