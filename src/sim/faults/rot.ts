import type { Random } from '../../node/env/random.js';
import { DATA_KEYS, decodeDataKey } from '../../node/core/version/data-key.js';
import { SHARD_FOLDER } from '../../node/store/store.js';
import { utf8Decode } from '../../stdx/bytes.js';
import type { MemoryDisk } from '../memory-disk.js';

/** Flips one bit of one stored record; gives its key, or undefined when nothing is stored. */
export function damageOneRecord(disk: MemoryDisk, random: Random): string | undefined {
  const keys = disk.keys(SHARD_FOLDER, DATA_KEYS);
  const key = keys[Math.floor(random.nextFloat() * keys.length)];
  if (key === undefined) return undefined;
  disk.damage(SHARD_FOLDER, key, (value) => {
    const at = Math.floor(random.nextFloat() * value.length);
    value[at]! ^= 1 << Math.floor(random.nextFloat() * 8);
    return value;
  });
  return utf8Decode(decodeDataKey(key).key);
}
