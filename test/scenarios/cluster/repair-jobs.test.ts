import { beforeEach, describe, expect, it, vi } from 'vitest';
import { KvError } from '../../../src/node/core/errors.js';
import type {
  RepairCall,
  RepairJobView,
  RepairScope,
} from '../../../src/node/core/views/repair-views.js';
import { LIMITS } from '../../../src/node/core/limits.js';
import { GroupRepairs } from '../../../src/node/repair/group-repair.js';
import { RepairTimes } from '../../../src/node/repair/repair-times.js';
import { utf8Encode } from '../../../src/stdx/bytes.js';
import { BootedCluster, text } from './booted-cluster.js';

let cluster: BootedCluster;

beforeEach(async () => {
  cluster = await BootedCluster.of(4, 5);
  await put('before');
});

async function put(key: string): Promise<void> {
  await cluster.execute('n1', { kind: 'put', key, value: `v ${key}` });
}

async function ask(name: string, call: RepairCall): ReturnType<typeof askNode> {
  return await cluster.run(askNode(name, call));
}

function askNode(
  name: string,
  call: RepairCall,
): ReturnType<ReturnType<typeof cluster.at>['node']['admin']['repair']> {
  return cluster.at(name).node.admin.repair(call);
}

async function job(name: string, id: string): Promise<RepairJobView> {
  const [found] = (await askNode(name, { action: 'jobs', job: id })).jobs;
  if (found === undefined) throw new Error('the job is gone');
  return found;
}

/** Begins a repair, and lets it come to its end. */
async function repaired(name: string, scope: RepairScope = {}): Promise<RepairJobView> {
  const [begun] = (await ask(name, { action: 'start', scope })).jobs;
  if (begun === undefined) throw new Error('nothing began');
  let last = begun;
  for (let i = 0; i < 600 && last.state === 'running'; i++) {
    await cluster.scheduler.advance(500);
    last = await job(name, begun.id);
  }
  return last;
}

async function lose(name: string): Promise<void> {
  cluster.kill(name);
  const others = cluster.running().map(({ node }) => node.name);
  await cluster.until(() => others.every((one) => cluster.sees(one, name) === 'down'));
}

async function heldBy(name: string, key: string): Promise<string | undefined> {
  const result = await cluster.execute(name, { kind: 'get', key, level: 'one' });
  return result.kind === 'read' ? text(result) : undefined;
}

describe('a repair that was asked for', () => {
  it('goes over every range of the cluster, also those that its driver does not own', async () => {
    const { plan } = await ask('n1', { action: 'plan', scope: {} });
    expect(plan).toMatchObject({ ranges: 64, slots: 2 ** 20, partial: 0, blocked: 0 });
    expect(plan?.owners.map(({ node }) => node)).toEqual(['n1', 'n2', 'n3', 'n4']);

    const end = await repaired('n1');
    expect(end).toMatchObject({ state: 'done', node: 'n1', ranges: 64, done: 64, failed: 0 });
    expect(end).toMatchObject({ scope: 'every range', partial: 0, problem: '', at: '', step: '' });
    const told = cluster.at('n1').node.events.after(0);
    expect(told.filter(({ kind }) => kind === 'repair').map(({ message }) => message)).toEqual([
      `repair ${end.id} of every range has begun`,
      `repair ${end.id} is done: 64 ranges, 0 partial, 0 failed`,
    ]);
  });

  it('keeps to what it is asked for', async () => {
    const key = utf8Encode('k');
    const slot = await ask('n2', { action: 'plan', scope: { key } });
    expect(slot.plan).toMatchObject({ ranges: 1, slots: 1, owners: [{}, {}, {}] });
    const half = { start: 0, end: 0x8000_0000 };
    const range = await ask('n2', { action: 'plan', scope: { range: half } });
    expect(range.plan?.slots).toBe(2 ** 19);
    const around = await ask('n2', { action: 'plan', scope: { range: { start: 1, end: 0 } } });
    expect(around.plan?.slots).toBe(2 ** 20);
    const almost = await ask('n2', { action: 'plan', scope: { range: { start: 20, end: 10 } } });
    expect(almost.plan?.slots).toBe(2 ** 20);
    const node = await ask('n2', { action: 'plan', scope: { node: 'n4' } });
    const { owners = [], ranges } = node.plan ?? {};
    expect(owners.find((one) => one.node === 'n4')?.ranges).toBe(ranges);
    const named = await ask('n2', { action: 'plan', scope: { namespace: 'default' } });
    expect(named.plan?.ranges).toBe(64);
    for (const [scope, code] of [
      [{ node: 'n9' }, 'KV_USAGE'],
      [{ namespace: 'no' }, 'KV_NAMESPACE_UNKNOWN'],
    ] as const) {
      const refused = await cluster.failure(askNode('n2', { action: 'plan', scope }));
      expect(refused).toMatchObject({ code });
    }
  });

  it('brings what a replica lacks, and says how much', async () => {
    const key = cluster.keyWhere('n1', (replicas) => !replicas.includes('n1'));
    const [owner = ''] = cluster.replicas('n1', key);
    await lose(owner);
    await put(key);
    const { hints } = cluster.at('n1').node;
    await cluster.run(hints.purge(hints.report()[0]?.target ?? ''));
    await cluster.start(owner);
    await cluster.until(() => cluster.sees('n1', owner) === 'up');
    const end = await repaired('n1', { key: utf8Encode(key) });
    // The nodes repair by themselves, too: whoever is first.
    expect(end).toMatchObject({ state: 'done', done: 1, partial: 0, failed: 0 });
    expect(await heldBy(owner, key)).toBe(`v ${key}`);
  });

  it('says what it moves while it is at a range, and keeps it when that fails', async () => {
    const moved = { differing: 1, sent: 2, sentBytes: 30, dropped: 0 };
    let fail: () => void = () => undefined;
    const run = vi.spyOn(GroupRepairs.prototype, 'run').mockImplementation(async (_, order) => {
      if (order.onDone === undefined) return 'alone';
      order.onDone(moved);
      await new Promise<void>((resolve) => (fail = resolve));
      throw new KvError('KV_UNAVAILABLE', 'n2 is gone');
    });
    try {
      const scope = { key: utf8Encode('before') };
      const [begun] = (await ask('n1', { action: 'start', scope })).jobs;
      const id = begun?.id ?? '';
      expect(await job('n1', id)).toMatchObject({ state: 'running', done: 0, ...moved });
      fail();
      await cluster.scheduler.advance(500);
      expect(await job('n1', id)).toMatchObject({ state: 'failed', ...moved });
    } finally {
      run.mockRestore();
    }
  });

  it('says what keeps ranges from being whole', async () => {
    await lose('n4');
    const { plan } = await ask('n1', { action: 'plan', scope: {} });
    expect(plan?.partial).toBeGreaterThan(0);
    expect(plan?.blocked).toBe(0);
    expect(plan?.owners.find(({ node }) => node === 'n4')?.alive).toBe(false);
    const end = await repaired('n1');
    expect(end).toMatchObject({ state: 'done', partial: plan?.partial, away: ['n4'] });
  });

  it('fails for ranges of which one owner is alive', async () => {
    await lose('n3');
    await lose('n4');
    const { plan } = await ask('n1', { action: 'plan', scope: {} });
    const end = await repaired('n1');
    expect(plan?.blocked).toBeGreaterThan(0);
    expect(end).toMatchObject({ state: 'failed', done: 64, failed: plan?.blocked });
    expect(end.problem).toContain('only one of the owners is alive');
  });

  it('fails for ranges whose only owner is away, and calls the others the same', async () => {
    const r1 = { name: 'r1', mode: 'lww', replication: { dc1: 1 } } as const;
    const namespace = { ...r1, defaultTtlMs: undefined, defaultLevel: 'one' } as const;
    const { namespaces } = cluster.at('n1').node.admin;
    await cluster.run(namespaces.change({ action: 'create', namespace }, 5_000));
    const noted = vi.spyOn(RepairTimes.prototype, 'note');
    await lose('n3');
    const { plan } = await ask('n1', { action: 'plan', scope: { namespace: 'r1' } });
    const blocked = plan?.owners.find(({ node }) => node === 'n3')?.ranges ?? 0;
    expect(blocked).toBeGreaterThan(0);
    expect(plan).toMatchObject({ ranges: 64, partial: blocked, blocked });

    const end = await repaired('n1', { namespace: 'r1' });
    const failed = { state: 'failed', done: 64, repaired: 0, partial: 0, failed: blocked };
    expect(end).toMatchObject({ ...failed, away: ['n3'] });
    expect(end.problem).toMatch(/^0x[0-9a-f]{8} n3: no owner is alive$/);
    const whole = await repaired('n1', { namespace: 'r1', node: 'n2' });
    expect(whole).toMatchObject({ state: 'done', failed: 0, problem: '', away: [] });
    const none = await repaired('n1', { namespace: 'r1', node: 'n3' });
    expect(none).toMatchObject({ state: 'failed', done: blocked, failed: blocked });
    // Also not by the repairs that run by themselves.
    await cluster.scheduler.advance(60_000);
    const id = cluster
      .at('n1')
      .node.metadata.current()
      ?.metadata.namespaces.find(({ name }) => name === 'r1')?.id;
    expect(id).toBeGreaterThan(0);
    expect(noted.mock.calls.filter(([of]) => of === id)).toEqual([]);
    noted.mockRestore();
  });

  it('can be cancelled, and says so; a job that is not there is none', async () => {
    const [begun] = (await ask('n1', { action: 'start', scope: {} })).jobs;
    const { jobs } = await ask('n1', { action: 'cancel', job: begun?.id ?? '' });
    expect(jobs).toMatchObject([{ state: 'cancelled' }]);
    expect((await ask('n1', { action: 'cancel', job: 'r-none' })).jobs).toEqual([]);
    expect((await ask('n2', { action: 'jobs', job: undefined })).jobs).toEqual([]);
  });

  it('is one of a few at once, and the last ones are remembered', async () => {
    const start = { action: 'start', scope: {} } as const;
    for (let i = 0; i < LIMITS.repairJobs; i++) await ask('n1', start);
    expect(await cluster.failure(askNode('n1', start))).toMatchObject({ code: 'KV_OVERLOADED' });
    await cluster.scheduler.advance(30_000);
    const scope = { key: utf8Encode('k') };
    for (let i = 0; i < LIMITS.repairJobsKept; i++) await repaired('n1', scope);
    const { jobs } = await ask('n1', { action: 'jobs', job: undefined });
    expect(jobs).toHaveLength(LIMITS.repairJobsKept);
    expect(new Set(jobs.map((one) => one.scope)).size).toBe(1);
  });
});
