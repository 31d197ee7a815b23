import { readU32be, readU48be, writeU32be, writeU48be } from '../../stdx/bytes.js';
import type { ValuedRun } from '../core/repair/slot-map.js';
import { seal, unseal } from './system-keys.js';

const RUN_BYTES = 14;

/** Runs of slots with their values as a sealed value: `from u32be | to u32be | value u48be` for each, and the checksum. */
export function sealRuns(key: Uint8Array, runs: readonly ValuedRun[]): Uint8Array {
  const bytes = new Uint8Array(runs.length * RUN_BYTES);
  for (const [i, { from, to, value }] of runs.entries()) {
    writeU32be(bytes, i * RUN_BYTES, from);
    writeU32be(bytes, i * RUN_BYTES + 4, to);
    writeU48be(bytes, i * RUN_BYTES + 8, value);
  }
  return seal(key, bytes);
}

/** The runs of `sealRuns`, or undefined when they are damaged. */
export function unsealRuns(key: Uint8Array, sealed: Uint8Array): readonly ValuedRun[] | undefined {
  const bytes = unseal(key, sealed);
  if (bytes === undefined || bytes.length % RUN_BYTES !== 0) return undefined;
  return Array.from({ length: bytes.length / RUN_BYTES }, (_, i) => ({
    from: readU32be(bytes, i * RUN_BYTES),
    to: readU32be(bytes, i * RUN_BYTES + 4),
    value: readU48be(bytes, i * RUN_BYTES + 8),
  }));
}
