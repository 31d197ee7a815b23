import type { DecodedRecord } from '../../core/version/record-codec.js';
import type { BatchOperation } from '../../env/storage.js';
import type { Derivation, RecordChange } from '../record-change.js';
import { expiryKey, stampValue, tombstoneKey } from './index-keys.js';

/**
 * Keeps two indexes beside the records, in their batches: by expiry, of every copy that has one and still has its value, and
 * of the tombstones. What a change makes of a copy is always entered, also when it was before: so a copy that is swapped for
 * itself is indexed afterwards, whatever was known of it.
 *
 * When the copy before could not be read, nobody knows when it would have expired: its entry by expiry stays. Whoever
 * walks that index looks at the record before it acts, and removes the entry when it belongs to none.
 */
export const RECORD_INDEXES: Derivation = {
  derive: (changes) => changes.flatMap(entriesOf),
};

function entriesOf({ dataKey, before, after }: RecordChange): BatchOperation[] {
  const operations: BatchOperation[] = [];
  const [wasAtMs, isAtMs] = [valueExpiresAtMs(before), valueExpiresAtMs(after)];
  if (wasAtMs !== undefined && wasAtMs !== isAtMs)
    operations.push({ type: 'del', key: expiryKey({ expiresAtMs: wasAtMs, dataKey }) });
  if (isAtMs !== undefined)
    operations.push({ type: 'put', key: expiryKey({ expiresAtMs: isAtMs, dataKey }), value: NONE });
  if (after?.tombstone === true)
    operations.push({ type: 'put', key: tombstoneKey(dataKey), value: stampValue(after.version) });
  else if (mayBeTombstone(before)) operations.push({ type: 'del', key: tombstoneKey(dataKey) });
  return operations;
}

const NONE = new Uint8Array(0);

/** When the value of a copy expires; undefined when it never does, when there is no value, and when nobody knows. */
export function valueExpiresAtMs(copy: DecodedRecord | undefined): number | undefined {
  return typeof copy !== 'object' || copy.tombstone ? undefined : copy.expiresAtMs;
}

function mayBeTombstone(copy: DecodedRecord | undefined): boolean {
  return typeof copy === 'object' ? copy.tombstone : copy !== undefined;
}
