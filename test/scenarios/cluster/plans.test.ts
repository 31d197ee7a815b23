import { beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/node/core/limits.js';
import { ChangingCluster, KEYS, MOVE_MS } from './changing-cluster.js';

let cluster: ChangingCluster;

beforeEach(async () => {
  cluster = await ChangingCluster.of(3, 5);
});

/** A plan that lets n4 in, which dies while it is given its ranges; the number of the plan once that has been noticed. */
async function plannedWithoutJoiner(): Promise<number> {
  await cluster.join('n4');
  await cluster.order('n1', { action: 'commit' });
  await cluster.stepped('n1', 'write-both');
  cluster.kill('n4');
  await cluster.until(() => cluster.view('n2').metadata.plan?.pausedFor !== undefined, MOVE_MS);
  return cluster.view('n2').metadata.plan?.id ?? 0;
}

async function expectAll(name: string, level = 'all'): Promise<void> {
  for (const key of KEYS) expect(await cluster.get(name, key, level)).toBe(`v ${key}`);
}

describe('a plan', () => {
  it('is remembered after its end, with how it ended', async () => {
    await cluster.join('n4');
    const { plan } = await cluster.order('n1', { action: 'commit' });
    const id = plan?.id ?? 0;
    await cluster.order('n2', { action: 'cancel', plan: id });
    await cluster.planEnds();
    await cluster.order('n1', { action: 'leave', node: 'n3' }, { commit: true, checks: 'enabled' });
    await cluster.planEnds();
    const { ended } = await cluster.run(cluster.at('n2').node.admin.topology.view());
    expect(ended).toMatchObject([
      { id, end: 'cancelled', changes: ['n4 joins'] },
      { end: 'done', changes: ['n3 leaves'] },
    ]);
  });

  it('waits while it is paused', async () => {
    await cluster.join('n4');
    await cluster.order('n1', { action: 'commit' });
    const id = cluster.view('n1').metadata.plan?.id ?? 0;
    await cluster.order('n1', { action: 'pause', plan: id });
    await cluster.scheduler.advance(30_000);
    expect(cluster.view('n2').metadata.plan).toMatchObject({ id, step: 'prepare', paused: true });
    await cluster.order('n2', { action: 'resume', plan: id });
    await cluster.planEnds();
    await expectAll('n2');
  });

  it('moves as slowly as it is told, and faster as soon as that is told', async () => {
    for (const key of KEYS) await cluster.put('n1', `large ${key}`, 'v'.repeat(16_384));
    const least = LIMITS.planLeastBytesPerSecond;
    const told = await cluster.order('n2', { action: 'limit', bytesPerSecond: least });
    expect(told.streamBytesPerSecond).toBe(least);
    await cluster.join('n4');
    await cluster.order('n1', { action: 'commit' });
    await cluster.stepped('n4', 'write-both');
    await cluster.scheduler.advance(5_000);
    const { nodes, plan } = await cluster.run(cluster.at('n1').node.admin.status());
    const report = nodes.find(({ name }) => name === 'n4')?.report?.planReport;
    expect(plan?.step).toBe('write-both');
    expect(report?.movedBytes).toBeLessThan(10 * least);
    expect(report?.streams.length).toBeGreaterThan(0);
    expect(report?.streams[0]).toMatchObject({ namespace: 'default', to: ['n4'] });
    await cluster.order('n1', { action: 'limit', bytesPerSecond: undefined });
    await cluster.planEnds();
    await expectAll('n4');
    expect(await cluster.refusal('n1', { action: 'limit', bytesPerSecond: 1_000 })).toBe(
      'records are moved at 64 KiB/s to 16 GiB/s, not at 1000 B/s',
    );
  });

  it('waits for a node that is to join and is down, and goes on by itself when that is back', async () => {
    const id = await plannedWithoutJoiner();
    const job = `p-${id}`;
    const { alerts, plan } = await cluster.run(cluster.at('n2').node.admin.status());
    expect(plan).toMatchObject({ paused: true, pausedFor: 'n4', stalledMs: 0 });
    expect(alerts).toContainEqual({
      severity: 'warn',
      code: 'KV_PLAN_PAUSED',
      node: undefined,
      message: `plan ${job} (n4 joins) waits until n4, which joins, is up again`,
      hints: ['kv node show n4', `kv job cancel ${job}`],
    });
    expect(await cluster.refusal('n3', { action: 'resume', plan: id })).toBe(
      `n4 joins and is down: ${job} goes on by itself when it is back`,
    );
    await cluster.start('n4');
    await cluster.planEnds();
    await expectAll('n4');
  });

  it('can be given up while the node that is to join is down', async () => {
    const id = await plannedWithoutJoiner();
    await cluster.order('n2', { action: 'cancel', plan: id });
    await cluster.planEnds();
    expect(cluster.members('n3')).toEqual(['n1 normal', 'n2 normal', 'n3 normal', 'n4 removed']);
    await expectAll('n1');
  });

  it('that somebody pauses while it waits for a node does not go on when that is back', async () => {
    const id = await plannedWithoutJoiner();
    await cluster.order('n1', { action: 'pause', plan: id });
    await cluster.order('n2', { action: 'pause', plan: id });
    await cluster.start('n4');
    await cluster.scheduler.advance(60_000);
    const { plan } = cluster.view('n2').metadata;
    expect(plan).toMatchObject({ id, paused: true });
    expect(plan?.pausedFor).toBeUndefined();
    await cluster.order('n3', { action: 'resume', plan: id });
    await cluster.planEnds();
  });

  it('that does not come on for long is an alert, with what it waits for', async () => {
    await cluster.join('n4');
    await cluster.order('n1', { action: 'commit' });
    await cluster.stepped('n1', 'write-both');
    for (const name of ['n2', 'n3']) cluster.kill(name);
    await cluster.scheduler.advance(LIMITS.planStalledMs + 30_000);
    const { alerts } = await cluster.run(cluster.at('n1').node.admin.status());
    const stalled = alerts.find(({ code }) => code === 'KV_PLAN_STALLED');
    expect(stalled?.message).toMatch(
      /^plan p-\d+ \(n4 joins\) has not come on for 5m.*; it waits for n4: /,
    );
    await cluster.start('n2');
    await cluster.start('n3');
    await cluster.planEnds();
    const after = await cluster.run(cluster.at('n1').node.admin.status());
    expect(after.alerts.map(({ code }) => code)).not.toContain('KV_PLAN_STALLED');
    await expectAll('n4');
  });

  it('is the only one', async () => {
    await cluster.join('n4');
    await cluster.order('n1', { action: 'commit' });
    expect(await cluster.refusal('n2', { action: 'leave', node: 'n1' })).toMatch(
      /^plan p-\d+ is under way, and there is one at a time$/,
    );
  });

  it('is shown and not begun by a dry run', async () => {
    await cluster.join('n4');
    const seen = await cluster.order('n1', { action: 'commit' }, { dryRun: true });
    expect(seen.preview?.checks.every(({ passed }) => passed)).toBe(true);
    expect(seen.preview?.movedBytes).toBeGreaterThan(0);
    expect(cluster.view('n1').metadata.plan).toBeUndefined();
  });

  it('goes on after the death of whoever drives it, and of the node that joins', async () => {
    await cluster.join('n4');
    await cluster.order('n1', { action: 'commit' });
    await cluster.stepped('n1', 'write-both');
    const { voters, members } = cluster.view('n1').metadata;
    const driver = members.find(({ nodeId }) => nodeId === voters[0])?.name ?? '';
    cluster.kill(driver);
    cluster.kill('n4');
    await cluster.start('n4');
    await cluster.planEnds();
    await cluster.start(driver);
    await cluster.planEnds();
    await expectAll('n4', 'quorum');
    expect(cluster.members('n4')).toContain('n4 normal');
  });
});
