import type { RepairQuestion, RepairReply } from '../../src/node/core/repair/repair-messages.js';

const version = { ms: 1_767_225_600_123, logical: 7, writerHi: 0xdead_beef, writerLo: 1 };
const dataKey = Uint8Array.of(0x64, 0, 0, 0, 1, 0, 0, 0x10, 0, 0x6b);
const record = Uint8Array.of(1, 2, 3);
const digest = {
  version,
  checksum: 0xffff_fffe,
  tombstone: false,
  expiresAtMs: undefined,
  sizeBytes: 3,
};
const runs = [
  { from: 0, to: 1 },
  { from: 1_048_575, to: 1_048_576 },
];

/** Each question of repair, and an answer to it. */
export const REPAIR_EXAMPLES: readonly (readonly [RepairQuestion, RepairReply])[] = [
  [
    { kind: 'begin', runs },
    { kind: 'begun', boot: 9, floors: [{ from: 0, to: 7, value: version.ms }] },
  ],
  [
    { kind: 'settle', floors: [{ from: 3, to: 7, value: version.ms }], after: undefined },
    { kind: 'settled', dropped: 12, until: dataKey },
  ],
  [
    { kind: 'settle', floors: [{ from: 3, to: 7, value: version.ms }], after: dataKey },
    { kind: 'settled', dropped: 0, until: undefined },
  ],
  [
    { kind: 'hashes', runs, pieces: 2 },
    { kind: 'hashes', hashes: Uint32Array.of(1, 2, 0xffff_ffff, 0) },
  ],
  [
    { kind: 'sums', slots: [0, 1_048_575], seed: { hi: 0xffff_ffff, lo: 0 } },
    { kind: 'sums', slots: [Uint32Array.of(1, 2, 0, 0xffff_ffff), undefined] },
  ],
  [
    { kind: 'sums', slots: [7], seed: { hi: 0, lo: 1 } },
    { kind: 'sums', slots: [undefined] },
  ],
  // As a release answers that passes over the seed.
  [
    { kind: 'sums', slots: [7], seed: { hi: 0, lo: 1 } },
    { kind: 'hashes', hashes: Uint32Array.of(1, 2) },
  ],
  [
    { kind: 'list', slot: 5, after: undefined, parts: [] },
    { kind: 'listed', copies: [], unreadable: [], floorMs: 0, until: undefined },
  ],
  [
    {
      kind: 'list',
      slot: 5,
      after: dataKey,
      parts: [
        { from: 0, to: 1 },
        { from: 7, to: 1024 },
      ],
    },
    {
      kind: 'listed',
      copies: [
        { dataKey, digest },
        { dataKey, digest: { ...digest, tombstone: true, expiresAtMs: version.ms, sizeBytes: 0 } },
      ],
      unreadable: [dataKey, dataKey],
      floorMs: version.ms,
      until: dataKey,
    },
  ],
  [
    { kind: 'fetch', dataKeys: [dataKey, dataKey] },
    { kind: 'fetched', records: [record, undefined] },
  ],
  [
    {
      kind: 'apply',
      copies: [{ dataKey, record }],
      drops: [{ dataKey, digest: { version, checksum: 17 } }],
    },
    { kind: 'applied', queuedBytes: 2 ** 40 },
  ],
  [{ kind: 'complete', runs, floorMs: version.ms, boot: 9, agoMs: 1234 }, { kind: 'completed' }],
  [
    { kind: 'mend', runs, since: undefined },
    { kind: 'mended', boot: 9, nowMs: 12.5, beganMs: [-1, 3.25] },
  ],
  [
    { kind: 'mend', runs, since: { boot: 9, nowMs: 12.5 } },
    { kind: 'mended', boot: 10, nowMs: 0, beganMs: [-1, -1] },
  ],
];
