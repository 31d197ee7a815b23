import type { StoredRecord } from './record.js';
import type { Stamp } from './version.js';

/** What a reader is shown of a record that the store holds. */
export type EffectiveView = 'found' | 'tombstone';

/** How a record reads at a time: an expired one is a tombstone with the same version, and shadows what is older. */
export function effectiveView(
  record: Pick<StoredRecord, 'tombstone' | 'expiresAtMs'>,
  at: Stamp,
): EffectiveView {
  if (record.tombstone) return 'tombstone';
  return record.expiresAtMs !== undefined && record.expiresAtMs <= at.ms ? 'tombstone' : 'found';
}
