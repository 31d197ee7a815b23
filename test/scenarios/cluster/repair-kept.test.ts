import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KvError } from '../../../src/node/core/errors.js';
import { LIMITS } from '../../../src/node/core/limits.js';
import type { RepairJobView } from '../../../src/node/core/views/repair-views.js';
import { RepairJobStore } from '../../../src/node/repair/repair-job-store.js';
import { SHARD_FOLDER } from '../../../src/node/store/store.js';
import { MARKERS, REPAIR_JOBS } from '../../../src/node/store/system-keys.js';
import { HeldRepairs, KEPT_MS } from './held-repairs.js';

let held: HeldRepairs;

beforeEach(async () => {
  held = await HeldRepairs.open();
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a repair that is kept', () => {
  it('is shown after its end, and the last ones are, after a restart', async () => {
    held.isHeld = false;
    const ids: string[] = [];
    for (let i = 0; i < LIMITS.repairJobsKept + 3; i++) {
      ids.push((await held.begin({ key: Uint8Array.of(i) })).id);
      await held.cluster.scheduler.advance(1_000);
    }
    const before = await held.jobs();
    expect(before.map(({ id }) => id)).toEqual(ids.slice(3));
    const { disk } = held.cluster.machine('n1');
    expect(disk.keys(SHARD_FOLDER, REPAIR_JOBS)).toHaveLength(LIMITS.repairJobsKept);
    await held.killed();
    const shown = (job: RepairJobView): RepairJobView => ({
      ...job,
      tookMs: Math.floor(job.tookMs),
      startedAtMs: Math.floor(job.startedAtMs),
    });
    expect(await held.jobs()).toEqual(before.map(shown));
  });

  it('is forgotten when it is damaged, and the others are not', async () => {
    held.isHeld = false;
    const first = await held.begin({ key: Uint8Array.of(1) });
    await held.cluster.scheduler.advance(1_000);
    const second = await held.begin({ key: Uint8Array.of(2) });
    await held.cluster.scheduler.advance(1_000);
    held.kill();
    const { disk } = held.cluster.machine('n1');
    const [key] = disk.keys(SHARD_FOLDER, REPAIR_JOBS);
    disk.damage(SHARD_FOLDER, key ?? Uint8Array.of(), (value) => value.with(3, value[3]! ^ 1));
    await held.cluster.start('n1');
    expect((await held.jobs()).map(({ id }) => id)).toEqual([second.id]);
    expect(first.id).not.toBe(second.id);
  });
});

describe('a repair that cannot be kept', () => {
  const full = new KvError('KV_OVERLOADED', 'the queue of this node is full');
  /** The store refuses what is to be kept until the mock is restored. */
  const refused = (): { readonly mockRestore: () => void } =>
    vi.spyOn(RepairJobStore.prototype, 'put').mockRejectedValue(full);

  it('is not begun', async () => {
    const put = refused();
    const start = held.cluster.at('n1').node.admin.repair({ action: 'start', scope: {} });
    expect(await held.cluster.failure(start)).toMatchObject({ code: 'KV_OVERLOADED' });
    put.mockRestore();
    expect(await held.jobs()).toEqual([]);
    expect(held.waiting).toEqual([]);
  });

  it('goes on without, and is done again from the last that was kept', async () => {
    await held.cutOff(1);
    const put = refused();
    await held.goOver(2);
    expect((await held.only()).done).toBeGreaterThan(0);
    put.mockRestore();
    held.ended = [];
    await held.killed();
    expect(await held.toItsEnd()).toMatchObject({ state: 'done', failed: 0, restarts: 1 });
    expect(held.ended).toHaveLength(3);
  });

  it('says so when it is cancelled, and is cancelled for good when that is asked for again', async () => {
    const { id } = await held.begin();
    const put = refused();
    const cancel = (): Promise<unknown> =>
      held.cluster.at('n1').node.admin.repair({ action: 'cancel', job: id });
    const first = cancel();
    held.letGo();
    const { message } = await held.cluster.failure(first);
    expect(message).toBe(
      `repair ${id} has stopped, but goes on after a restart: the queue of this node is full`,
    );
    put.mockRestore();
    await held.cluster.run(cancel());
    await held.killed();
    expect(await held.only()).toMatchObject({ id, state: 'cancelled' });
  });

  it('is gone with what a store has lost when that is accepted', async () => {
    await held.cutOff(2);
    held.kill();
    const { disk } = held.cluster.machine('n1');
    const markers = disk.keys(SHARD_FOLDER, MARKERS);
    disk.damage(SHARD_FOLDER, markers[markers.length >> 1] ?? Uint8Array.of(), () => undefined);
    expect(disk.keys(SHARD_FOLDER, REPAIR_JOBS)).toHaveLength(1);
    held.cluster.startOptions = { acceptLoss: true };
    await held.cluster.start('n1');
    expect(await held.jobs()).toEqual([]);
    await held.cluster.scheduler.advance(KEPT_MS);
    expect(held.waiting).toEqual([]);
  });
});
