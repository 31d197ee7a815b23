import { assert } from '../../../stdx/assert.js';
import { readU32be, writeU32be } from '../../../stdx/bytes.js';

/** First byte of every data key: `d`. */
export const DATA_PREFIX = 0x64;

/** All data keys, as a range of the store. */
export const DATA_KEYS = {
  gte: Uint8Array.of(DATA_PREFIX),
  lt: Uint8Array.of(DATA_PREFIX + 1),
} as const;
/** Bytes before the user's key: prefix, namespace, token. */
export const DATA_KEY_HEADER = 9;

/** What a data key says. */
export interface DataKey {
  readonly namespace: number;
  readonly token: number;
  readonly key: Uint8Array;
}

/** The key under which the store keeps a record: `d | namespace u32be | token u32be | key`, so that a range of tokens is one scan. */
export function encodeDataKey(parts: DataKey): Uint8Array {
  const bytes = new Uint8Array(DATA_KEY_HEADER + parts.key.length);
  bytes[0] = DATA_PREFIX;
  writeU32be(bytes, 1, parts.namespace);
  writeU32be(bytes, 5, parts.token);
  bytes.set(parts.key, DATA_KEY_HEADER);
  return bytes;
}

/** The parts of a data key; its `key` is a view of `bytes`. Other keys are a defect of the caller. */
export function decodeDataKey(bytes: Uint8Array): DataKey {
  assert(bytes.length >= DATA_KEY_HEADER && bytes[0] === DATA_PREFIX, 'not a data key');
  return {
    namespace: readU32be(bytes, 1),
    token: readU32be(bytes, 5),
    key: bytes.subarray(DATA_KEY_HEADER),
  };
}

/** The namespace of a data key, without taking it apart. */
export function namespaceOfData(bytes: Uint8Array): number {
  return readU32be(bytes, 1);
}

/** The token of a data key, without taking it apart. */
export function tokenOfData(bytes: Uint8Array): number {
  return readU32be(bytes, 5);
}
