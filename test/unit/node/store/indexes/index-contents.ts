import {
  expiryKey,
  stampValue,
  tombstoneKey,
} from '../../../../../src/node/store/indexes/index-keys.js';
import { DATA_KEYS } from '../../../../../src/node/core/version/data-key.js';
import { decodeRecord } from '../../../../../src/node/core/version/record-codec.js';
import { SHARD_FOLDER } from '../../../../../src/node/store/store.js';
import { toHex } from '../../../../../src/stdx/bytes.js';
import type { StoreUnderTest } from '../store-harness.js';

const X_KEYS = { gte: Uint8Array.of(0x78), lt: Uint8Array.of(0x79) };
const T_KEYS = { gte: Uint8Array.of(0x74), lt: Uint8Array.of(0x75) };

/** The entries of both indexes as they lie on the disk, in order: `key=value` in hex. */
export function indexEntries({ disk }: StoreUnderTest): readonly string[] {
  return [T_KEYS, X_KEYS].flatMap((range) =>
    disk.keys(SHARD_FOLDER, range).map((key) => {
      const value = disk.valueOf(SHARD_FOLDER, key) ?? new Uint8Array();
      return `${toHex(key)}=${toHex(value)}`;
    }),
  );
}

/** The entries that the records on the disk call for, found without the code that keeps them. */
export function wantedEntries({ disk }: StoreUnderTest): readonly string[] {
  const entries: string[] = [];
  for (const dataKey of disk.keys(SHARD_FOLDER, DATA_KEYS)) {
    const record = decodeRecord(dataKey, disk.valueOf(SHARD_FOLDER, dataKey) ?? new Uint8Array());
    if (typeof record !== 'object') continue;
    const { tombstone, expiresAtMs, version } = record;
    if (tombstone) entries.push(`${toHex(tombstoneKey(dataKey))}=${toHex(stampValue(version))}`);
    else if (expiresAtMs !== undefined)
      entries.push(`${toHex(expiryKey({ expiresAtMs, dataKey }))}=`);
  }
  return entries.sort();
}
