import { concatBytes, utf8Encode, writeU32be } from '../../../stdx/bytes.js';
import { hash64, type Hash64 } from '../../../stdx/hash64.js';
import { LIMITS } from '../limits.js';
import type { RecordDigest } from '../messages.js';
import type { NodeId } from '../metadata/cluster-metadata.js';

const TWO_32 = 0x1_0000_0000;
/** What stands before the data key: version, checksum, tombstone. */
const HEADER = 21;

// Hashing is synchronous, so one buffer serves all: nothing is allocated but the hash.
const buffer = new Uint8Array(HEADER + 9 + LIMITS.keyBytes);

/**
 * A 64-bit hash of one copy under a seed: the same on every replica for copies that a list would show as equal. The seed is fresh
 * for every comparison: two copies that collide under one do not under the next.
 */
export function copyHash(
  dataKey: Uint8Array,
  { version, checksum, tombstone }: Pick<RecordDigest, 'version' | 'checksum' | 'tombstone'>,
  seed: Hash64,
): Hash64 {
  const length = HEADER + dataKey.length;
  const input = length <= buffer.length ? buffer : new Uint8Array(length);
  const high = Math.floor(version.ms / TWO_32);
  writeU32be(input, 0, high * 0x1_0000 + version.logical);
  writeU32be(input, 4, version.ms % TWO_32);
  writeU32be(input, 8, version.writerHi);
  writeU32be(input, 12, version.writerLo);
  writeU32be(input, 16, checksum);
  input[20] = tombstone ? 1 : 0;
  // A loop, because keys are short, and `set` costs as much as the hash.
  for (let i = 0; i < dataKey.length; i++) input[HEADER + i] = dataKey[i] ?? 0;
  return hash64(input, seed, length);
}

/** A hash of a copy that its holder cannot read: no other replica has the same for its own. */
export function unreadableHash(dataKey: Uint8Array, holder: NodeId, seed: Hash64): Hash64 {
  return hash64(concatBytes(utf8Encode(holder), dataKey), seed);
}
