import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/node/core/limits.js';
import { failureOf, release } from './changes.js';
import { LogCluster } from './log-cluster.js';

describe('a node that restarts', () => {
  it('knows the cluster before it hears of anybody', async () => {
    const cluster = await LogCluster.of(3);
    const before = cluster.view('n2').metadata;
    for (const name of ['n1', 'n2', 'n3']) cluster.kill(name);
    await cluster.restart('n2');
    expect(cluster.view('n2').metadata).toEqual(before);
  });

  it('keeps a promise that it made before it crashed', async () => {
    const cluster = await LogCluster.of(3);
    const from = cluster.node('n1').membership.linkTo(cluster.node('n2').nodeId)?.remote();
    const epoch = cluster.epoch('n2') + 1;
    const high = { kind: 'prepare', epoch, ballot: { round: 99, nodeId: 'f'.repeat(16) } } as const;
    if (from === undefined) throw new Error('n1 and n2 have met');
    await cluster.run(cluster.node('n2').service.handleMeta(from, high, 1_000));
    cluster.kill('n2');
    const { service } = await cluster.restart('n2');
    const low = { ...high, ballot: { round: 98, nodeId: 'f'.repeat(16) } };
    expect(await cluster.run(service.handleMeta(from, low, 1_000))).toEqual({
      kind: 'rejected',
      ballot: high.ballot,
    });
    expect(await cluster.run(service.handleMeta(from, high, 1_000))).toMatchObject({
      kind: 'rejected',
    });
  });

  it('at other ports tells everyone, by an epoch that moves no data', async () => {
    const cluster = await LogCluster.of(3);
    await cluster.run(cluster.node('n1').service.open(2_000));
    await cluster.settle();
    const { metadata: before, ring } = cluster.view('n1');
    cluster.kill('n2');
    await cluster.restart('n2', { port: 20_000 });
    await cluster.settle();
    const { metadata, ring: after } = cluster.view('n1');
    const n2 = metadata.members.find((member) => member.name === 'n2');
    expect(n2?.addresses.peerPort).toBe(20_000);
    expect(metadata.placementEpoch).toBe(before.placementEpoch);
    expect(after).toBe(ring);
  });

  it('in another rack moves there while the cluster is empty, and stays where it was once it is open', async () => {
    const cluster = await LogCluster.of(3);
    const rackOf = (name: string): string | undefined =>
      cluster.view('n1').metadata.members.find((member) => member.name === name)?.rack;
    cluster.kill('n2');
    await cluster.restart('n2', { rack: 'r2' });
    await cluster.settle();
    expect(rackOf('n2')).toBe('r2');
    await cluster.run(cluster.node('n1').service.open(2_000));
    cluster.kill('n3');
    await cluster.restart('n3', { rack: 'r3' });
    await cluster.settle();
    expect(rackOf('n3')).toBe('r1');
  });

  it('takes over a snapshot when the entries that it missed are no longer kept', async () => {
    const cluster = await LogCluster.of(4);
    cluster.kill('n4');
    const { service } = cluster.node('n1');
    for (let i = 0; i <= LIMITS.metadataEntriesKept + 10; i++)
      await cluster.run(service.change(release(`0.2.${i}`, 'n4'), 5_000));
    const { events } = await cluster.restart('n4');
    await cluster.settle();
    expect(events.filter((event) => event.endsWith('taken over as a snapshot'))).toHaveLength(1);
    expect(cluster.view('n4').metadata).toEqual(cluster.view('n1').metadata);
    expect(cluster.view('n4').ring.hash).toBe(cluster.view('n1').ring.hash);
    cluster.kill('n4');
    await cluster.restart('n4');
    expect(cluster.view('n4').metadata).toEqual(cluster.view('n1').metadata);
  });
});

describe('a node that missed epochs', () => {
  it('is brought up by a proposer that needs its vote', async () => {
    const cluster = await LogCluster.of(3);
    // n3 hears nothing but from n2, and n1 is gone: n2 needs n3, which lacks an epoch.
    cluster.network.cut('n1', 'n3');
    cluster.network.cut('n2', 'n3');
    await cluster.run(cluster.node('n1').service.change(release('0.2.0', 'n2'), 5_000));
    const epoch = cluster.epoch('n1');
    await cluster.until(() => cluster.epoch('n2') === epoch);
    expect(cluster.epoch('n3')).toBeLessThan(epoch);
    cluster.kill('n1');
    cluster.network.healAll();
    const { service, metrics } = cluster.node('n2');
    await cluster.run(service.open(5_000));
    expect(cluster.epoch('n3')).toBeGreaterThanOrEqual(epoch);
    // It did not have to come back for that vote.
    expect(metrics.value('kv_metadata_proposals_total', { outcome: 'no-majority' })).toBe(0);
  });

  it('catches up when a request names an epoch that it lacks, within the time of the request', async () => {
    const cluster = await LogCluster.of(4);
    cluster.network.cut('n1', 'n4');
    cluster.network.cut('n2', 'n4');
    cluster.network.cut('n3', 'n4');
    await cluster.run(cluster.node('n1').service.open(5_000));
    const epoch = cluster.epoch('n1');
    const { service } = cluster.node('n4');
    const failure = await failureOf(cluster.run(service.catchUp(epoch, 300)));
    expect(failure.code).toBe('KV_EPOCH_CHANGED');
    cluster.network.healAll();
    const view = await cluster.run(service.catchUp(epoch, 2_000));
    expect(view.metadata.epoch).toBeGreaterThanOrEqual(epoch);
  });

  it('does not go on asking for an epoch that nobody has', async () => {
    const cluster = await LogCluster.of(3);
    const { service, metrics } = cluster.node('n1');
    service.observeEpoch(1_000_000);
    await cluster.scheduler.advance(10_000);
    expect(metrics.value('kv_metadata_pulls_total', { outcome: 'ok' })).toBe(2);
    expect(metrics.value('kv_metadata_pulls_total', { outcome: 'failed' })).toBe(0);
  });
});

describe('a node whose disk fails', () => {
  it('promises nothing more and is not ready; the others go on', async () => {
    const cluster = await LogCluster.of(3);
    const { disk, failed, service } = cluster.node('n2');
    disk.failWrites('meta');
    await cluster.run(cluster.node('n1').service.open(5_000));
    await cluster.until(() => cluster.view('n3').metadata.opened);
    await cluster.until(() => failed.length > 0);
    expect(failed.map((error) => error.code)).toEqual(['KV_STORE_FAILED']);
    const failure = await failureOf(cluster.run(service.open(2_000)));
    expect(failure.code).toBe('KV_STORE_FAILED');
    expect(service.current()?.metadata.opened).toBe(false);
  });
});
