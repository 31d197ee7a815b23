import { assert } from '../../../stdx/assert.js';
import {
  fromHex,
  readU16be,
  readU32be,
  readU48be,
  toHex,
  writeU16be,
  writeU32be,
  writeU48be,
} from '../../../stdx/bytes.js';
import { crc32c } from '../../../stdx/crc32c.js';
import type { NodeId } from '../metadata/cluster-metadata.js';

/** First byte of the key of every hint: `h`. */
const HINT_PREFIX = 0x68;
const TARGET_BYTES = 8;
const STORED_AT = 1 + TARGET_BYTES;
const SEQUENCE_AT = STORED_AT + 6;
const NAMESPACE_AT = SEQUENCE_AT + 6;
const TOKEN_AT = NAMESPACE_AT + 4;
const KEY_BYTES = TOKEN_AT + 4;
const HEADER = 2;
const CHECKSUM = 4;

/** All hints, as a range of the store. */
export const HINT_KEYS = {
  gte: Uint8Array.of(HINT_PREFIX),
  lt: Uint8Array.of(HINT_PREFIX + 1),
} as const;

/** A record that a replica has missed. */
export interface Hint {
  readonly key: Uint8Array;
  /** Encoded record: the bytes that the replica would have stored. */
  readonly record: Uint8Array;
}

/** Names one hint of one holder; the hints for a target are ordered by the time at which they were kept. */
export interface HintId {
  readonly target: NodeId;
  readonly storedMs: number;
  /** Below 2^48; tells hints of one millisecond apart, also those of an earlier start. */
  readonly sequence: number;
  /** Where the record belongs: said by the key, so that it is known of a hint whose bytes are damaged too. */
  readonly namespace: number;
  readonly token: number;
}

/** The key of a hint: `h | target u64be | stored ms u48be | sequence u48be | namespace u32be | token u32be`. */
export function encodeHintKey(id: HintId): Uint8Array {
  const bytes = new Uint8Array(KEY_BYTES);
  bytes.set(prefixOf(id.target));
  writeU48be(bytes, STORED_AT, id.storedMs);
  writeU48be(bytes, SEQUENCE_AT, id.sequence);
  writeU32be(bytes, NAMESPACE_AT, id.namespace);
  writeU32be(bytes, TOKEN_AT, id.token);
  return bytes;
}

/** What the key of a hint says; other keys are a defect of the caller. */
export function decodeHintKey(bytes: Uint8Array): HintId {
  assert(bytes.length === KEY_BYTES && bytes[0] === HINT_PREFIX, 'not the key of a hint');
  return {
    target: toHex(bytes.subarray(1, STORED_AT)),
    storedMs: readU48be(bytes, STORED_AT),
    sequence: readU48be(bytes, SEQUENCE_AT),
    namespace: readU32be(bytes, NAMESPACE_AT),
    token: readU32be(bytes, TOKEN_AT),
  };
}

/** The hints for one target, as a range of the store. */
export function hintsFor(target: NodeId): {
  readonly gte: Uint8Array;
  readonly lt: Uint8Array;
} {
  const gte = prefixOf(target);
  const lt = new Uint8Array(KEY_BYTES + 1).fill(0xff);
  lt.set(gte);
  return { gte, lt };
}

/** The bytes of a hint: `key length u16be | key | record | crc32c u32be`, the checksum over its own key too. */
export function encodeHint(hintKey: Uint8Array, { key, record }: Hint): Uint8Array {
  const bytes = new Uint8Array(HEADER + key.length + record.length + CHECKSUM);
  writeU16be(bytes, 0, key.length);
  bytes.set(key, HEADER);
  bytes.set(record, HEADER + key.length);
  writeU32be(bytes, bytes.length - CHECKSUM, checksumOf(hintKey, bytes));
  return bytes;
}

/** The hint that was stored under this key; undefined when the bytes are damaged. Its parts are views of `bytes`. */
export function decodeHint(hintKey: Uint8Array, bytes: Uint8Array): Hint | undefined {
  if (bytes.length < HEADER + CHECKSUM) return undefined;
  const end = bytes.length - CHECKSUM;
  if (readU32be(bytes, end) !== checksumOf(hintKey, bytes)) return undefined;
  const recordAt = HEADER + readU16be(bytes, 0);
  if (recordAt > end) return undefined;
  return {
    key: bytes.subarray(HEADER, recordAt),
    record: bytes.subarray(recordAt, end),
  };
}

function prefixOf(target: NodeId): Uint8Array {
  const id = fromHex(target);
  assert(id?.length === TARGET_BYTES, 'a node id has 16 hex digits');
  const bytes = new Uint8Array(STORED_AT);
  bytes[0] = HINT_PREFIX;
  bytes.set(id, 1);
  return bytes;
}

function checksumOf(hintKey: Uint8Array, bytes: Uint8Array): number {
  return crc32c(bytes.subarray(0, bytes.length - CHECKSUM), crc32c(hintKey));
}
