import { describe, it, vi } from 'vitest';
import type * as RecordDigestModule from '../../../src/node/core/quorum/record-digest.js';
import type * as ReplicaOutcomeModule from '../../../src/node/core/quorum/replica-outcome.js';
import type * as ExpiryModule from '../../../src/node/core/version/expiry.js';
import { decodeRecord } from '../../../src/node/core/version/record-codec.js';
import type { BatchOperation } from '../../../src/node/env/storage.js';
import { WriteBatch } from '../../../src/node/store/write-batch.js';
import type { ScheduledFault } from '../../../src/sim/faults/fault.js';
import { CUT_OFF, expectCaught, inMethod, named } from './find-violation.js';

type Mistake =
  'a tombstone is no copy' | 'nothing expires' | 'what nobody confirmed is not applied';

const planted = vi.hoisted((): { mistake: Mistake | undefined } => ({ mistake: undefined }));

vi.mock('../../../src/node/core/quorum/record-digest.js', async (importOriginal) => {
  const original = await importOriginal<typeof RecordDigestModule>();
  const compareDigests: typeof original.compareDigests = (...digests) => {
    if (planted.mistake !== 'a tombstone is no copy') return original.compareDigests(...digests);
    const [a, b] = digests.map((digest) => (digest?.tombstone === true ? undefined : digest));
    return original.compareDigests(a, b);
  };
  return { ...original, compareDigests };
});

vi.mock('../../../src/node/core/version/expiry.js', async (importOriginal) => {
  const original = await importOriginal<typeof ExpiryModule>();
  const effectiveView: typeof original.effectiveView = (record, at) =>
    planted.mistake === 'nothing expires'
      ? original.effectiveView({ ...record, expiresAtMs: undefined }, at)
      : original.effectiveView(record, at);
  return { ...original, effectiveView };
});

vi.mock('../../../src/node/core/quorum/replica-outcome.js', async (importOriginal) => {
  const original = await importOriginal<typeof ReplicaOutcomeModule>();
  const provesNotApplied: typeof original.provesNotApplied = (outcome) =>
    planted.mistake === 'what nobody confirmed is not applied'
      ? outcome.kind !== 'replied' || outcome.reply.kind !== 'written'
      : original.provesNotApplied(outcome);
  return { ...original, provesNotApplied };
});

/** The batch, with a deletion where there is a tombstone. */
function withoutTombstones(batch: readonly BatchOperation[]): BatchOperation[] {
  return batch.map((operation) => {
    if (operation.type === 'del') return operation;
    const record = decodeRecord(operation.key, operation.value);
    const isTombstone = typeof record === 'object' && record.tombstone;
    return isTombstone ? { type: 'del', key: operation.key } : operation;
  });
}

const LINKS = [
  { from: 'n1', to: 'n2' },
  { from: 'n1', to: 'n3' },
  { from: 'n2', to: 'n3' },
];

/** Disks are slow, and while writes wait for them all connections between the nodes break, again and again. */
const TORN: readonly ScheduledFault[] = [
  ...['n1', 'n2', 'n3'].map((node): ScheduledFault => ({
    atMs: 3_000,
    fault: { kind: 'disk-slow', node, stepMs: 300, forMs: 15_000 },
  })),
  ...Array.from({ length: 20 }, (_, i) =>
    LINKS.map((link): ScheduledFault => ({
      atMs: 4_000 + i * 700,
      fault: { kind: 'reset', ...link },
    })),
  ).flat(),
];

describe('what must not be read is caught, when', { timeout: 120_000 }, () => {
  it('replicas drop a tombstone at once', async () => {
    await expectCaught({
      plant: inMethod(
        WriteBatch.prototype,
        'operations',
        (operations) =>
          function (this: WriteBatch) {
            return withoutTombstones(operations.call(this));
          },
      ),
      rule: 'acknowledged-write-lost',
      seeds: 5,
      nodes: 3,
      minutes: 0.3,
      faults: 'none',
    });
  });

  it('a tombstone counts as no copy at all, and loses against an older value', async () => {
    await expectCaught({
      plant: named(planted, 'a tombstone is no copy'),
      rule: 'acknowledged-write-lost',
      seeds: 10,
      nodes: 3,
      minutes: 0.5,
      faults: CUT_OFF,
    });
  });

  it('nobody asks whether a value has expired', async () => {
    await expectCaught({
      plant: named(planted, 'nothing expires'),
      rule: 'expired-value-returned',
      seeds: 5,
      nodes: 3,
      minutes: 0.7,
      faults: 'none',
    });
  });

  it('a write that nobody has confirmed is said not to be applied', async () => {
    await expectCaught({
      plant: named(planted, 'what nobody confirmed is not applied'),
      rule: 'value-never-written',
      seeds: 10,
      nodes: 3,
      minutes: 0.5,
      faults: TORN,
    });
  });
});
