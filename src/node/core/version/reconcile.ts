import { compareBytes } from '../../../stdx/bytes.js';
import type { StoredRecord } from './record.js';
import { compareVersions } from './version.js';

/**
 * Orders the copies of one key totally: zero only for equal bytes, positive when `a` wins.
 * The version decides. Copies that share a version differ only by accident (or by a swept value), and then any order will
 * do that all nodes share: a tombstone first, because an expired value and its tombstone have one version; then the
 * checksum, then the bytes. The clock is not asked: an expired record is a tombstone for readers, never for reconcile.
 */
export function compareRecords(a: StoredRecord, b: StoredRecord): number {
  return (
    compareVersions(a.version, b.version) ||
    Number(a.tombstone) - Number(b.tombstone) ||
    a.checksum - b.checksum ||
    compareBytes(a.encoded, b.encoded)
  );
}

/** The copy that all nodes keep of two: commutative, associative and idempotent; no copy loses to any. */
export function reconcile(
  a: StoredRecord | undefined,
  b: StoredRecord | undefined,
): StoredRecord | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareRecords(a, b) >= 0 ? a : b;
}
