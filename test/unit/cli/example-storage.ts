import type {
  HeldRange,
  ShardView,
  StorageJobView,
  StorageView,
  NamespaceTombstones,
  TombstonesView,
} from '../../../src/node/core/views/storage-views.js';
import { NO_JOB } from '../../../src/node/store/upkeep/storage-job.js';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const DAY_MS = 86_400_000;
/** When the examples were asked for. */
export const STORAGE_AT_MS = Date.UTC(2026, 10, 22, 13, 2, 11);

const shard: ShardView = {
  name: 'shard-0',
  levels: [
    {
      level: 0,
      files: 2,
      bytes: Math.round(96 * MIB),
      readBytes: 0,
      writtenBytes: Math.round(9 * GIB),
    },
    {
      level: 1,
      files: 1,
      bytes: Math.round(9 * MIB),
      readBytes: Math.round(6 * GIB),
      writtenBytes: Math.round(6 * GIB),
    },
    {
      level: 2,
      files: 80,
      bytes: Math.round(1.2 * GIB),
      readBytes: Math.round(8 * GIB),
      writtenBytes: Math.round(7.5 * GIB),
    },
  ],
  memoryBytes: Math.round(51 * MIB),
  loadBytes: Math.round(1.3 * GIB),
  writtenBytes: Math.round(9 * GIB),
  writeAmplification: 3.5,
  tombstoneShare: 0.021,
  sequence: 412_337,
  gridComplete: true,
  scrub: {
    ...{ progress: 0.34, beganAtMs: STORAGE_AT_MS - 2 * DAY_MS, cycleMs: 7 * DAY_MS },
    ...{ endedAtMs: STORAGE_AT_MS - 3 * DAY_MS, endedRecords: 1_204_331 },
    ...{ records: 398_112, rotten: 0, unreadable: 0 },
  },
  rotten: { rotten: 0, unhealed: 0 },
};

const n1: StorageView = {
  node: 'n1',
  shards: [shard],
  diskFreeBytes: Math.round(120 * GIB),
  diskReserveBytes: Math.round(512 * MIB),
  writesRefused: '',
  jobs: [],
  recovery: undefined,
};

/** One that is well, one that is young, one with everything that can be wrong. */
export const exampleStorage: readonly StorageView[] = [
  n1,
  {
    ...n1,
    node: 'n2',
    shards: [
      {
        ...shard,
        ...{ levels: [], loadBytes: Math.round(1.2 * MIB), writeAmplification: undefined },
        ...{ tombstoneShare: undefined, sequence: 32 },
        scrub: { ...shard.scrub, progress: 0, endedAtMs: undefined, endedRecords: 0, records: 0 },
      },
    ],
    diskFreeBytes: undefined,
  },
  {
    ...n1,
    node: 'n3',
    shards: [
      {
        ...shard,
        gridComplete: false,
        scrub: { ...shard.scrub, progress: 1, rotten: 3, unreadable: 1 },
        rotten: { rotten: 3, unhealed: 1 },
      },
    ],
    diskFreeBytes: Math.round(300 * MIB),
    recovery: { forMs: 240_000, ranges: 64, back: 61, alone: 8, aloneIn: ['r1'] },
    writesRefused:
      'the disk of this node is nearly full: 300 MiB free, 512 MiB are kept in reserve; it takes no writes until there is space',
    jobs: [
      {
        ...{ ...NO_JOB, node: 'n3', kind: 'compact', state: 'running', tookMs: 60_000 },
        ...{
          totalBytes: Math.round(4 * GIB),
          doneBytes: Math.round(1.2 * GIB),
          parts: 64,
          doneParts: 19,
        },
      },
    ],
  },
];

export const exampleJobs: readonly StorageJobView[] = [
  {
    ...{ ...NO_JOB, node: 'n1', kind: 'compact', state: 'done', tookMs: 94_000 },
    ...{ totalBytes: GIB, doneBytes: GIB, parts: 17, doneParts: 17 },
    ...{ beforeBytes: Math.round(1.4 * GIB), afterBytes: Math.round(0.9 * GIB) },
  },
  {
    ...{ ...NO_JOB, node: 'n2', kind: 'compact', state: 'running', tookMs: 4_000 },
    ...{ range: { start: 0x6b210000, end: 0x6b44a000 }, parts: 2, doneParts: 1 },
    beforeBytes: Math.round(1.4 * GIB),
  },
  {
    ...{ ...NO_JOB, node: 'n3', kind: 'compact', state: 'failed', tookMs: 4_000, parts: 9 },
    reason: 'The store cannot compact a range: the disk is gone',
  },
  { ...NO_JOB, node: 'n4', kind: 'compact' },
];

const range: HeldRange = {
  ...{ start: 0x6b210000, end: 0x6b44a000, ranges: 3 },
  ...{ owners: ['n1', 'n2', 'n4'], floorMs: STORAGE_AT_MS - 13 * DAY_MS },
  ...{ heldBy: 'owner-away' as const, away: ['n4'], repairedAtMs: STORAGE_AT_MS - 3 * DAY_MS },
};

export const exampleTombstones: readonly TombstonesView[] = [
  {
    ...{ node: 'n1', atMs: STORAGE_AT_MS, graceMs: 10 * DAY_MS },
    namespaces: [
      {
        ...{ namespace: 'default', tombstones: 41_220, isCounted: true },
        ...{ oldestMs: STORAGE_AT_MS - 13 * DAY_MS, slots: 524_288, slotsAtZero: 0 },
        floorMs: range.floorMs,
        ranges: [
          range,
          {
            ...{
              ...range,
              start: 0x8b15a000,
              end: 0xb0bf4000,
              ranges: 64,
              heldBy: 'grace' as const,
            },
            ...{ owners: ['n1', 'n2', 'n3'], away: [], repairedAtMs: STORAGE_AT_MS - 7_200_000 },
            floorMs: STORAGE_AT_MS - 10 * DAY_MS,
          },
        ],
      },
    ],
  },
  {
    ...{ node: 'n2', atMs: STORAGE_AT_MS, graceMs: 10 * DAY_MS },
    namespaces: [
      {
        ...{ namespace: 'default', tombstones: 1_512_000, isCounted: false, oldestMs: undefined },
        ...{ slots: 524_288, slotsAtZero: 524_288, floorMs: 0 },
        ranges: [
          {
            ...range,
            floorMs: 0,
            heldBy: 'not-repaired' as const,
            away: [],
            repairedAtMs: undefined,
          },
        ],
      },
    ],
  },
];

/** Three namespaces on each of two nodes, with names and owners that take much room, and few deletes; n3 has none at all. */
export const manyTombstones: readonly TombstonesView[] = [
  on('n1', [named('default', 41_220), named('sessions-of-visitors', 0), away('orders')]),
  on('n2', [
    { ...named('default', 0), isCounted: false },
    ...[named('sessions-of-visitors', 7), named('orders', 0)],
  ]),
  on('n3', [named('default', 0), named('sessions-of-visitors', 0)]),
];

function on(node: string, namespaces: readonly NamespaceTombstones[]): TombstonesView {
  return { node, atMs: STORAGE_AT_MS, graceMs: 10 * DAY_MS, namespaces };
}

function named(namespace: string, tombstones: number): NamespaceTombstones {
  return {
    ...{ namespace, tombstones, isCounted: true, oldestMs: STORAGE_AT_MS - 13 * DAY_MS },
    ...{ slots: 524_288, slotsAtZero: 0, floorMs: range.floorMs, ranges: [range] },
  };
}

function away(namespace: string): NamespaceTombstones {
  const owners = ['storage-4', 'storage-5', 'storage-6'];
  return { ...named(namespace, 12), ranges: [{ ...range, owners, away: owners }] };
}
