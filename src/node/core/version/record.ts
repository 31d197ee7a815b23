import type { RecordDigest } from '../messages.js';
import type { Version } from './version.js';

/** What a writer decides about a key: a value or its deletion, at a version. */
export interface RecordContent {
  readonly version: Version;
  /** True for a deletion; its value is empty. */
  readonly tombstone: boolean;
  /** Absolute milliseconds since 1970; from then on the record counts as a tombstone. */
  readonly expiresAtMs?: number | undefined;
  readonly value: Uint8Array;
}

/** A record whose checksum was verified against its data key. */
export interface StoredRecord extends RecordContent {
  /** A view into `encoded`. */
  readonly value: Uint8Array;
  /** The CRC-32C at the end of `encoded`, over data key and record. */
  readonly checksum: number;
  /** The whole record: the same bytes on disk and on the wire. */
  readonly encoded: Uint8Array;
}

/** Identifies a copy without its bytes, whatever the time: expiry never makes two digests differ. */
export function digestOf(record: StoredRecord): RecordDigest {
  return {
    version: record.version,
    checksum: record.checksum,
    tombstone: record.tombstone,
    expiresAtMs: record.expiresAtMs,
    sizeBytes: record.value.length,
  };
}
