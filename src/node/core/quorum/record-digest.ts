import type { RecordDigest } from '../messages.js';
import { compareVersions } from '../version/version.js';

/** Whether two copies are the same record, or both are missing. */
export function sameDigest(a: RecordDigest | undefined, b: RecordDigest | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.checksum === b.checksum && compareVersions(a.version, b.version) === 0;
}

/** Orders copies by version, a missing one before all; zero does not mean that they are the same record. */
export function compareDigests(a: RecordDigest | undefined, b: RecordDigest | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return compareVersions(a.version, b.version);
}
