import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeRecord, encodeRecord } from '../../src/node/core/version/record-codec.js';
import { compareRecords, reconcile } from '../../src/node/core/version/reconcile.js';
import type { StoredRecord } from '../../src/node/core/version/record.js';
import { encodeDataKey } from '../../src/node/core/version/data-key.js';
import { compareVersions } from '../../src/node/core/version/version.js';
import { utf8Encode } from '../../src/stdx/bytes.js';
import { contents } from './arbitrary-records.js';

const key = encodeDataKey({ namespace: 1, token: 2, key: utf8Encode('k') });

function stored(bytes: Uint8Array): StoredRecord {
  const record = decodeRecord(key, bytes);
  if (typeof record === 'string') throw new Error(record);
  return record;
}

// Few versions, so that most pairs tie and the tie-breaks are what is tested.
const fewVersions = fc.record({
  ms: fc.integer({ min: 0, max: 1 }),
  logical: fc.integer({ min: 0, max: 1 }),
  writerHi: fc.constant(0),
  writerLo: fc.integer({ min: 0, max: 1 }),
});
const copies = contents(fewVersions).map((content) => stored(encodeRecord(key, content)));
const copiesOrNone = fc.option(copies, { nil: undefined });

it('reconcile is commutative, associative and idempotent, and a missing copy loses', () => {
  fc.assert(
    fc.property(copiesOrNone, copiesOrNone, copiesOrNone, (a, b, c) => {
      expect(reconcile(a, b)?.encoded).toEqual(reconcile(b, a)?.encoded);
      expect(reconcile(reconcile(a, b), c)?.encoded).toEqual(
        reconcile(a, reconcile(b, c))?.encoded,
      );
      expect(reconcile(a, a)).toBe(a);
      expect(reconcile(a, undefined)).toBe(a);
    }),
    { numRuns: 1000 },
  );
});

it('the order of copies is total: antisymmetric, transitive, and zero only for equal bytes', () => {
  fc.assert(
    fc.property(copies, copies, copies, (a, b, c) => {
      expect(Math.sign(compareRecords(a, b))).toBe(-Math.sign(compareRecords(b, a)) + 0);
      if (compareRecords(a, b) >= 0 && compareRecords(b, c) >= 0)
        expect(compareRecords(a, c)).toBeGreaterThanOrEqual(0);
      if (compareRecords(a, b) === 0) expect(a.encoded).toEqual(b.encoded);
    }),
    { numRuns: 1000 },
  );
});

it('the higher version wins, whatever the values are', () => {
  fc.assert(
    fc.property(copies, copies, (a, b) => {
      const order = compareVersions(a.version, b.version);
      if (order !== 0) expect(reconcile(a, b)).toBe(order > 0 ? a : b);
    }),
  );
});

it('of two copies with one version the tombstone wins', () => {
  const version = { ms: 5, logical: 0, writerHi: 0, writerLo: 1 };
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 9 }), (value) => {
      const full = stored(encodeRecord(key, { version, tombstone: false, expiresAtMs: 9, value }));
      const none = { version, tombstone: true, expiresAtMs: 9, value: new Uint8Array() };
      const swept = stored(encodeRecord(key, none));
      expect(reconcile(full, swept)).toBe(swept);
    }),
  );
});
