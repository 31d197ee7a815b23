import { writeU32be } from '../../../stdx/bytes.js';
import { hash64, type Hash64 } from '../../../stdx/hash64.js';
import { LIMITS } from '../limits.js';
import type { StoredRecord } from '../version/record.js';

/**
 * All replicas must hash alike, before they know of each other and for ever: so the key is a constant. It keeps these hashes apart
 * from all others; it is no secret, and the grid finds accidents, not forgeries.
 */
const KEY: Hash64 = { hi: 0x6b762d67, lo: 0x72696431 };

const VERSION_AT = 2;
const VERSION_BYTES = 16;
const EXPIRY_BYTES = 6;
/** What stands before the data key: kind, version, and the expiry or the checksum. */
const HEADER = 1 + VERSION_BYTES + EXPIRY_BYTES;
const PLAIN = 0;
const EXPIRING = 1;

// Hashing is synchronous, so one buffer serves all: nothing is allocated but the hash.
const buffer = new Uint8Array(HEADER + 9 + LIMITS.keyBytes);

/**
 * The 64-bit hash by which a record counts in its leaf: of its data key, its version, and its checksum; or, when it expires, its
 * expiry in place of the checksum, so that dropping the value of an expired record changes no leaf.
 */
export function itemHash(dataKey: Uint8Array, record: StoredRecord): Hash64 {
  const { encoded, expiresAtMs, checksum } = record;
  const input =
    dataKey.length + HEADER <= buffer.length ? buffer : new Uint8Array(HEADER + dataKey.length);
  const expiring = expiresAtMs !== undefined;
  input[0] = expiring ? EXPIRING : PLAIN;
  // The expiry follows the version in a record of this format (docs/storage-format.md).
  const copied = expiring ? VERSION_BYTES + EXPIRY_BYTES : VERSION_BYTES;
  for (let i = 0; i < copied; i++) input[1 + i] = encoded[VERSION_AT + i] ?? 0;
  if (!expiring) {
    writeU32be(input, 1 + VERSION_BYTES, checksum);
    input[HEADER - 2] = 0;
    input[HEADER - 1] = 0;
  }
  // A loop, because keys are short, and `set` and `subarray` cost as much as the hash.
  for (let i = 0; i < dataKey.length; i++) input[HEADER + i] = dataKey[i] ?? 0;
  return hash64(input, KEY, HEADER + dataKey.length);
}
