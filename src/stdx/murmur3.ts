const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

/**
 * The 32-bit MurmurHash3 (x86 variant, Austin Appleby) of `bytes`, as an unsigned number.
 * Not for adversaries: whoever chooses the keys can choose the hash.
 */
export function murmur3_x86_32(bytes: Uint8Array, seed: number): number {
  const tail = bytes.length & ~3;
  let hash = seed | 0;
  for (let i = 0; i < tail; i += 4) {
    const block = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    hash ^= scramble(block);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  if (tail < bytes.length) hash ^= scramble(lastBlock(bytes, tail));
  return finish(hash ^ bytes.length);
}

function scramble(block: number): number {
  const mixed = Math.imul(block, C1);
  return Math.imul((mixed << 15) | (mixed >>> 17), C2);
}

/** The one to three bytes after the last whole block, little-endian. */
function lastBlock(bytes: Uint8Array, tail: number): number {
  let block = 0;
  for (let i = bytes.length - 1; i >= tail; i--) block = (block << 8) | bytes[i]!;
  return block;
}

function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
