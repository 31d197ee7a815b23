import { beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../../src/node/core/limits.js';
import type {
  StorageJobKind,
  TokenSpan,
} from '../../../../../src/node/core/views/storage-views.js';
import type { KeyRange } from '../../../../../src/node/env/storage.js';
import { planCompaction } from '../../../../../src/node/store/upkeep/compaction-plan.js';
import { StorageJobs } from '../../../../../src/node/store/upkeep/storage-jobs.js';
import { compareBytes } from '../../../../../src/stdx/bytes.js';
import { GridUnderTest } from '../grid/grid-harness.js';
import { dataKeyOf } from '../store-harness.js';

const MIB = 1024 * 1024;
/** Bytes that the engine claims to have in any range that it is asked for. */
const CELL_BYTES = 20 * MIB;

let under: GridUnderTest;
let jobs: StorageJobs;
let compacted: Pick<KeyRange, 'gte' | 'lt'>[];
let told: string[];
/** What the engine has in memory and in tables. */
let memoryBytes: number;
let tableBytes: number;
let flushes: number;

beforeEach(async () => {
  under = await GridUnderTest.open();
  [compacted, told] = [[], []];
  [memoryBytes, tableBytes, flushes] = [23 * MIB, 4 * MIB, 0];
  const { clock, metrics } = under;
  jobs = new StorageJobs({
    env: { clock, metrics },
    node: 'n1',
    engine: {
      approximateSize: async () => CELL_BYTES,
      figures: async () => ({
        levels: [{ level: 1, files: 1, bytes: tableBytes, readBytes: 0, writtenBytes: 0 }],
        memoryBytes,
      }),
      compact: async (range) => {
        [memoryBytes, tableBytes] = [0, tableBytes + memoryBytes];
        if (compareBytes(range.gte, range.lt) === 0) {
          flushes += 1;
          return;
        }
        compacted.push(range);
        await new Promise<void>((resolve) => clock.after(1_000, resolve));
      },
    },
    grid: {
      verify: async (range) => await under.grid.verify(range),
      recompute: (leaves) => {
        under.grid.recompute(leaves);
      },
    },
    events: { emit: ({ message }) => told.push(message) },
    namespaces: () => [1],
  });
});

const start = (kind: StorageJobKind, range?: TokenSpan) =>
  jobs.handle({ kind, action: 'start', range });
const status = (kind: StorageJobKind) => jobs.handle({ kind, action: 'status', range: undefined });
const stop = (kind: StorageJobKind) => jobs.handle({ kind, action: 'stop', range: undefined });

describe('a compaction', () => {
  it('goes over all keys part by part, with as much rest as work, and says how far it is', async () => {
    expect(status('compact')).toMatchObject({ state: 'none' });
    start('compact');
    await under.scheduler.advance(10_000);
    const { state, doneParts, parts, doneBytes, totalBytes } = status('compact');
    expect(state).toBe('running');
    expect(doneParts).toBe(5);
    expect(doneBytes / totalBytes).toBeCloseTo(doneParts / parts, 1);
    await under.scheduler.advance(300_000);
    expect(status('compact')).toMatchObject({ state: 'done', doneParts: parts });
    expect(compacted[0]?.gte).toEqual(Uint8Array.of(0));
    expect(compacted.at(-1)?.lt).toEqual(Uint8Array.of(0xff));
    for (const [i, { gte }] of compacted.slice(1).entries()) expect(gte).toEqual(compacted[i]?.lt);
    expect(told).toEqual([
      'a compaction of the store has begun',
      'a compaction of the store is done',
    ]);
  });

  it('does not count as growth what was in memory only', async () => {
    start('compact');
    await under.scheduler.advance(300_000);
    const sizes = { beforeBytes: 27 * MIB, afterBytes: 27 * MIB };
    expect(status('compact')).toMatchObject({ state: 'done', ...sizes });
  });

  it('that runs is not begun a second time', async () => {
    start('compact');
    await under.scheduler.advance(3_000);
    const again = start('compact');
    expect(again.doneParts).toBeGreaterThan(0);
    expect(told).toHaveLength(1);
  });

  it('stops between two parts, and may be begun anew', async () => {
    start('compact');
    await under.scheduler.advance(4_500);
    expect(stop('compact').state).toBe('running');
    await under.scheduler.advance(1_000);
    const stopped = status('compact');
    expect(stopped).toMatchObject({ state: 'stopped', doneParts: 3 });
    await under.scheduler.advance(60_000);
    expect(compacted).toHaveLength(3);
    expect(start('compact')).toMatchObject({ state: 'running', doneParts: 0 });
  });

  it('ends with the node', async () => {
    start('compact');
    await under.scheduler.advance(1_500);
    await under.scheduler.settle(jobs.stop(), 5_000);
    expect(status('compact').state).toBe('stopped');
  });

  it.each([
    { start: 0x10000000, end: 0x30000000 },
    { start: 0xf0000000, end: 0x10000000 },
    { start: 0xf0000000, end: 0 },
  ])('of a range holds exactly the records of its tokens: %o', async (range) => {
    const engine = { approximateSize: async () => CELL_BYTES };
    const parts = await planCompaction(engine, { namespaces: [1], range });
    for (let i = 0; i < 2_000; i++) {
      const dataKey = dataKeyOf(`k${i}`);
      const token = new DataView(dataKey.buffer).getUint32(5);
      const { start: from, end } = range;
      const wanted = from < end ? token >= from && token < end : token >= from || token < end;
      const held = parts.filter(
        ({ gte, lt }) => compareBytes(gte, dataKey) <= 0 && compareBytes(dataKey, lt) < 0,
      );
      expect(held).toHaveLength(wanted ? 1 : 0);
    }
  });
});

describe('a flush', () => {
  it('compacts nothing, which is what has LevelDB write its memory to tables', async () => {
    start('flush');
    await under.scheduler.advance(2_000);
    expect(status('flush')).toMatchObject({ state: 'done', parts: 1, doneParts: 1 });
    expect([flushes, compacted]).toEqual([1, []]);
    expect(status('flush')).toMatchObject({ beforeBytes: 4 * MIB, afterBytes: 27 * MIB });
  });
});

describe('a verification', () => {
  beforeEach(async () => {
    for (let i = 0; i < 300; i++) await under.apply({ key: `k${i}`, ms: 1 });
    await under.complete();
  });

  async function ended(): Promise<ReturnType<typeof status>> {
    await under.scheduler.until(() => status('verify').state !== 'running', 600_000);
    return status('verify');
  }

  it('of a store whose grid is right finds nothing', async () => {
    start('verify');
    const { state, verdict, parts, doneParts } = await ended();
    expect([state, doneParts]).toEqual(['done', parts]);
    expect(verdict).toMatchObject({ differing: 0, unreadable: 0, unknown: 0 });
    expect(verdict?.pages).toBeGreaterThan(100);
  });

  it('finds a slot that differs, has it computed again, and finds nothing any more', async () => {
    const dataKey = dataKeyOf('k7');
    under.disk.damage('shard-0', dataKey, () => undefined);
    start('verify');
    expect((await ended()).verdict).toMatchObject({
      differing: 1,
      slots: [new DataView(dataKey.buffer).getUint32(5) >>> 12],
    });
    expect(told.at(-1)).toContain('the hashes of 1 slots are not those of their records');
    expect(under.metrics.value('kv_store_verify_differing_slots_total')).toBe(1);
    await under.complete();
    start('verify');
    expect((await ended()).verdict).toMatchObject({ differing: 0, unknown: 0 });
  });

  it('of a range looks at nothing else', async () => {
    const dataKey = dataKeyOf('k7');
    const token = new DataView(dataKey.buffer).getUint32(5);
    under.disk.damage('shard-0', dataKey, () => undefined);
    const next = (token + 0x100000) >>> 0;
    start('verify', { start: next & ~0xfff, end: (next + 0x40000000) & ~0xfff });
    expect((await ended()).verdict).toMatchObject({ differing: 0 });
    start('verify', { start: token - 0x1000, end: token + 0x1000 });
    expect((await ended()).verdict).toMatchObject({ differing: 1 });
  });

  it('about which nobody asks any more ends', async () => {
    under.gate.shut('read');
    start('verify');
    await under.scheduler.advance(LIMITS.verifyLeaseMs + 1);
    await under.gate.open();
    await under.scheduler.advance(60_000);
    expect(status('verify')).toMatchObject({ state: 'failed' });
    expect(status('verify').reason).toContain('nobody asks');
  });
});
