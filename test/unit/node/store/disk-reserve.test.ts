import { beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../src/node/core/limits.js';
import { eachTurn } from '../../../../src/node/io/turn.js';
import { DiskReserve } from '../../../../src/node/store/disk-reserve.js';
import { MemoryDisk } from '../../../../src/sim/memory-disk.js';
import { LogRecorder, MetricsRecorder } from '../../../../src/sim/recorders.js';
import { Scheduler } from '../../../../src/sim/scheduler.js';
import { SimProcess } from '../../../../src/sim/sim-process.js';

const RESERVE = 1_000_000;

let scheduler: Scheduler;
let disk: MemoryDisk;
let events: string[];
let metrics: MetricsRecorder;
let log: LogRecorder;
let reserve: DiskReserve;
/** Whether the disk can be asked. */
let answers: boolean;

function reserveOf(reserveBytes: number): DiskReserve {
  const clock = new SimProcess('n1', scheduler);
  const asked = {
    freeBytes: () => (answers ? disk.freeBytes() : Promise.reject(new Error('no such mount'))),
  };
  const env = { clock, disk: asked, metrics, log: log.logger('disk') };
  const sink = {
    emit: ({ severity, message }: { severity: string; message: string }) =>
      void events.push(`${severity}: ${message}`),
  };
  return new DiskReserve({ env, events: sink, reserveBytes });
}

beforeEach(() => {
  scheduler = new Scheduler(eachTurn);
  disk = new MemoryDisk();
  answers = true;
  events = [];
  metrics = new MetricsRecorder();
  log = new LogRecorder();
  reserve = reserveOf(RESERVE);
});

async function leave(freeBytes: number | undefined): Promise<void> {
  disk.setFreeBytes(freeBytes);
  await scheduler.advance(LIMITS.diskLookMs);
}

describe('the reserve of a disk', () => {
  it('is looked at before the first write, and again every few seconds', async () => {
    disk.setFreeBytes(RESERVE - 1);
    await reserve.start();
    expect(reserve.fullness()).toMatchObject({ code: 'KV_DISK_FULL' });
    await leave(10 * RESERVE);
    expect(reserve.fullness()).toBeUndefined();
    expect(reserve.freeBytes()).toBe(10 * RESERVE);
    await leave(0);
    expect(reserve.fullness()?.message).toBe(
      'the disk of this node is nearly full: 0 B free, 977 KiB are kept in reserve; it takes no writes until there is space',
    );
  });

  it('is told of at both edges, once, with a quarter between them', async () => {
    await reserve.start();
    for (const free of [RESERVE, RESERVE - 1, 5, RESERVE, RESERVE * 1.25 - 1]) await leave(free);
    expect(reserve.fullness()).toBeDefined();
    expect(events).toEqual([expect.stringMatching(/^bad: .*nearly full/)]);
    for (const free of [RESERVE * 1.25, RESERVE, RESERVE * 2]) await leave(free);
    expect(reserve.fullness()).toBeUndefined();
    expect(events.slice(1)).toEqual(['info: there is space on the disk again: it takes writes']);
  });

  it('counts what it refuses, and shows what it knows', async () => {
    disk.setFreeBytes(7);
    await reserve.start();
    expect(reserve.refuse()).toBeDefined();
    expect(reserve.refuse()).toBeDefined();
    reserve.fullness();
    expect(metrics.value('kv_disk_full_refusals_total')).toBe(2);
    expect(metrics.value('kv_disk_full')).toBe(1);
    expect(metrics.value('kv_disk_free_bytes')).toBe(7);
    expect(metrics.value('kv_disk_reserve_bytes')).toBe(RESERVE);
    await leave(undefined);
    expect(metrics.value('kv_disk_full')).toBe(0);
    expect(metrics.value('kv_disk_free_bytes')).toBe(-1);
    expect(reserve.refuse()).toBeUndefined();
    expect(metrics.value('kv_disk_full_refusals_total')).toBe(2);
  });

  it('of nothing refuses nothing, and a disk that does not say is taken to have space', async () => {
    const none = reserveOf(0);
    disk.setFreeBytes(0);
    await none.start();
    expect(none.fullness()).toBeUndefined();
    disk.setFreeBytes(undefined);
    await reserve.start();
    expect(reserve.fullness()).toBeUndefined();
  });

  it('stays as it was while the disk cannot be asked, which is logged', async () => {
    disk.setFreeBytes(1);
    await reserve.start();
    answers = false;
    await leave(10 * RESERVE);
    expect(reserve.fullness()).toBeDefined();
    expect(log.lines.map(({ message }) => message)).toEqual([
      'the free space of the disk could not be read',
    ]);
    answers = true;
    await leave(10 * RESERVE);
    expect(reserve.fullness()).toBeUndefined();
  });

  it('is looked at no more once it is stopped', async () => {
    await reserve.start();
    reserve.stop();
    await leave(0);
    expect(reserve.fullness()).toBeUndefined();
    expect(events).toEqual([]);
  });
});
