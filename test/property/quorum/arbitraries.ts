import fc from 'fast-check';
import type { RecordDigest } from '../../../src/node/core/messages.js';
import type { Requirement } from '../../../src/node/core/quorum/requirement.js';

/** Requirements with one to three groups that the replicas can meet when all of them answer; groups may overlap, as in a move. */
export function arbitraryRequirement(replicas: number): fc.Arbitrary<Requirement> {
  const all = Array.from({ length: replicas }, (_, i) => i);
  const group = fc
    .subarray(all, { minLength: 1 })
    .chain((members) =>
      fc
        .integer({ min: 1, max: members.length })
        .map((needed) => ({ dc: undefined, needed, members })),
    );
  return fc
    .array(group, { minLength: 1, maxLength: 3 })
    .map((groups) => ({ level: 'quorum', groups }));
}

/** A digest that is one of few, so that replicas often agree; the same version may come with two checksums. */
export const arbitraryDigest: fc.Arbitrary<RecordDigest | undefined> = fc.option(
  fc
    .record({ ms: fc.integer({ min: 1, max: 3 }), checksum: fc.integer({ min: 0, max: 1 }) })
    .map(({ ms, checksum }): RecordDigest => ({
      version: { ms, logical: 0, writerHi: 0, writerLo: 1 },
      checksum,
      tombstone: false,
      expiresAtMs: undefined,
      sizeBytes: 1,
    })),
  { nil: undefined },
);
