import { LIMITS } from '../../core/limits.js';
import { DATA_KEYS, decodeDataKey, type DataKey } from '../../core/version/data-key.js';
import { decodeRecord } from '../../core/version/record-codec.js';
import { keyAfter, type BackgroundStore } from '../background-store.js';

/** Records that are read together at most. */
export const PAGE_RECORDS = 512;

export interface ScrubbedPage {
  readonly records: number;
  readonly sizeBytes: number;
  /** Copies that do not match their checksum. */
  readonly rotten: readonly DataKey[];
  /** Where the next page begins; undefined after the last record. */
  readonly next: Uint8Array | undefined;
}

/** Reads up to `limit` records from a key on, and finds those that are rotten. @throws KvError; `StoreDamage` when a part of them cannot be read */
export async function scrubPage(
  store: Pick<BackgroundStore, 'scan'>,
  from: Uint8Array,
  limit: number,
): Promise<ScrubbedPage> {
  const rotten: DataKey[] = [];
  let records = 0;
  let sizeBytes = 0;
  let last: Uint8Array | undefined;
  for await (const { key, value } of store.scan({ ...DATA_KEYS, gte: from, limit })) {
    last = key;
    records += 1;
    sizeBytes += key.length + value.length;
    if (decodeRecord(key, value) === 'corrupt') rotten.push(decodeDataKey(key));
    if (sizeBytes >= LIMITS.scrubPageBytes) break;
  }
  const isFull = records === limit || sizeBytes >= LIMITS.scrubPageBytes;
  return { records, sizeBytes, rotten, next: isFull && last ? keyAfter(last) : undefined };
}
