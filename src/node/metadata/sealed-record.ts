import { concatBytes, readU32be, writeU32be } from '../../stdx/bytes.js';
import { crc32c } from '../../stdx/crc32c.js';
import type { BatchOperation } from '../env/storage.js';

const CHECKSUM_BYTES = 4;

/** Puts a record into `meta/` with the checksum before it, by which `unsealed` tells damage. */
export function putSealed(key: Uint8Array, content: Uint8Array): BatchOperation {
  const checksum = new Uint8Array(CHECKSUM_BYTES);
  writeU32be(checksum, 0, checksumOf(key, content));
  return { type: 'put', key, value: concatBytes(checksum, content) };
}

/** The content that was put under this key, or undefined when the value is damaged. */
export function unsealed(key: Uint8Array, value: Uint8Array): Uint8Array | undefined {
  const content = value.subarray(CHECKSUM_BYTES);
  const intact = value.length >= CHECKSUM_BYTES && readU32be(value, 0) === checksumOf(key, content);
  return intact ? content : undefined;
}

/** Over the key too, so that a value under another key is noticed. */
function checksumOf(key: Uint8Array, content: Uint8Array): number {
  return crc32c(content, crc32c(key));
}
