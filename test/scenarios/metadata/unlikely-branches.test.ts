import { describe, expect, it } from 'vitest';
import { BUGGIFY_POINTS, type BuggifyPoint } from '../../../src/node/env/buggify.js';
import { release } from './changes.js';
import { LogCluster } from './log-cluster.js';

const METADATA = (Object.keys(BUGGIFY_POINTS) as BuggifyPoint[]).filter((point) =>
  point.startsWith('metadata.'),
);

/** All nodes agree, have not failed, and a change still goes through. */
async function expectAgreement(cluster: LogCluster): Promise<void> {
  const { service } = cluster.node('n1');
  const changed = await cluster.run(service.change(release('9.9.9', 'n3'), 10_000));
  await cluster.settle();
  const [first, ...others] = cluster.living().map(({ name }) => cluster.view(name).metadata);
  expect(first?.epoch).toBeGreaterThanOrEqual(changed.metadata.epoch);
  for (const other of others) expect(other).toEqual(first);
  for (const { fatal, failed } of cluster.living()) expect([...fatal, ...failed]).toEqual([]);
}

describe('the metadata log', () => {
  it('is decided though every vote and entry is slow to be stored', async () => {
    const cluster = await LogCluster.of(3);
    cluster.unlikely.choose('metadata.slow-persist');
    const startMs = cluster.scheduler.nowMs();
    await cluster.run(cluster.node('n2').service.change(release('0.3', 'n1'), 5_000));
    // A promise, an acceptance and the entry itself.
    expect(cluster.scheduler.nowMs() - startMs).toBeGreaterThanOrEqual(600);
    await expectAgreement(cluster);
  });

  it('is decided once a proposer has patience again', async () => {
    const cluster = await LogCluster.of(3);
    const { metrics, service } = cluster.node('n2');
    const lost = (): number =>
      metrics.value('kv_metadata_proposals_total', { outcome: 'no-majority' });
    expect(lost()).toBe(0);
    cluster.unlikely.choose('metadata.impatient-proposer', 3);
    await cluster.run(service.change(release('0.3', 'n1'), 5_000));
    expect(lost()).toBe(3);
    await expectAgreement(cluster);
  });

  it('has the voters it needs though all of them do its upkeep at once', async () => {
    const cluster = new LogCluster();
    cluster.unlikely.choose('metadata.eager-upkeep');
    await cluster.init('n1');
    for (const name of ['n2', 'n3', 'n4', 'n5']) await cluster.join(name, 'n1');
    await cluster.settle();
    expect(cluster.unlikely.taken('metadata.eager-upkeep')).toBeGreaterThan(5);
    expect(cluster.voters('n1')).toEqual(['n1', 'n2', 'n3', 'n4', 'n5']);
    await expectAgreement(cluster);
  });

  it('is pulled to its end one entry at a time', async () => {
    const cluster = await LogCluster.of(4);
    cluster.kill('n4');
    const { service } = cluster.node('n1');
    for (let i = 0; i < 20; i++)
      await cluster.run(service.change(release(`0.2.${i}`, 'n2'), 5_000));
    cluster.unlikely.choose('metadata.short-pull');
    await cluster.restart('n4');
    await cluster.settle();
    expect(cluster.unlikely.taken('metadata.short-pull')).toBeGreaterThanOrEqual(20);
    await expectAgreement(cluster);
  });

  it('lets a node in that pulls one entry at a time', async () => {
    const cluster = await LogCluster.of(3);
    const { service } = cluster.node('n1');
    for (let i = 0; i < 20; i++)
      await cluster.run(service.change(release(`0.2.${i}`, 'n2'), 5_000));
    cluster.unlikely.choose('metadata.short-pull');
    await cluster.join('n4', 'n1');
    await expectAgreement(cluster);
  });

  it('reaches members that were never told, by gossip of the epoch', async () => {
    const cluster = await LogCluster.of(4);
    cluster.unlikely.choose('metadata.forgetful-herald');
    await cluster.run(cluster.node('n1').service.change(release('0.3', 'n2'), 5_000));
    expect(cluster.unlikely.taken('metadata.forgetful-herald')).toBeGreaterThanOrEqual(3);
    expect(cluster.epoch('n4')).toBeLessThan(cluster.epoch('n1'));
    await cluster.until(() => cluster.epoch('n4') === cluster.epoch('n1'), 10_000);
    await expectAgreement(cluster);
  });

  it('changes its voters though nobody is told of them', async () => {
    const cluster = await LogCluster.of(2);
    cluster.unlikely.choose('metadata.forgetful-herald');
    await cluster.join('n3', 'n1');
    await cluster.settle();
    expect(cluster.voters('n3')).toEqual(['n1', 'n2', 'n3']);
    await expectAgreement(cluster);
  });

  it('stands all of it at once, for a while', async () => {
    const cluster = await LogCluster.of(5);
    for (const point of METADATA) cluster.unlikely.choose(point, 20);
    const changes = ['n1', 'n2', 'n3', 'n4', 'n5'].map((name) =>
      cluster.node(name).service.change(release(`0.3-${name}`, name), 20_000),
    );
    await cluster.run(Promise.all(changes));
    await expectAgreement(cluster);
  });
});
