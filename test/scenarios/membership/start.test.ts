import { describe, expect, it } from 'vitest';
import { FACT } from '../../../src/node/core/membership/fact-names.js';
import { GossipCluster, idOf } from './gossip-cluster.js';

describe('a node that starts', () => {
  it('takes the others for suspect until it hears them, which is at once', async () => {
    const cluster = new GossipCluster(3);
    for (const name of ['n1', 'n2', 'n3']) cluster.start(name);
    expect(cluster.allSee('suspect')).toBe(true);
    expect(cluster.node('n1').membership.sightingOf(idOf('n2'))).toMatchObject({
      liveness: 'suspect',
      reason: 'not heard yet',
      phi: undefined,
      boot: 0,
    });
    await cluster.until(() => cluster.allSee('up'), 1_500);
    expect(cluster.eventsWith('suspected')).toEqual([]);
  });

  it('gives a dead peer its fair chance, then calls it down because it was not heard since the start', async () => {
    const cluster = await GossipCluster.started(3);
    cluster.kill('n3');
    await cluster.until(() => cluster.allSee('down', ['n3']), 10_000);
    cluster.kill('n1');
    cluster.start('n1', { boot: 2 });
    await cluster.scheduler.advance(5_900);
    // What n2 still gossips of n3 is no sign of life.
    expect(cluster.sees('n1', 'n2')).toBe('up');
    expect(cluster.sees('n1', 'n3')).toBe('suspect');
    await cluster.until(() => cluster.sees('n1', 'n3') === 'down', 2_000);
    expect(cluster.node('n1').events.at(-1)).toMatch(
      /^bad n3 down: not heard since start, 6\.\d s, no answer to 1 direct and 1 indirect probe$/,
    );
  });

  it('at another address is found there, and the links to the old one are closed', async () => {
    const cluster = await GossipCluster.started(3);
    const old = cluster.node('n1').membership.linkTo(idOf('n2'));
    cluster.kill('n2');
    cluster.start('n2', { boot: 2, port: 20_000 });
    await cluster.until(() => cluster.allSee('up'), 10_000);
    const link = cluster.node('n1').membership.linkTo(idOf('n2'));
    expect(link).not.toBe(old);
    expect(link?.address).toEqual({ host: '10.0.0.1', port: 20_000 });
    expect(old?.state()).toBe('broken');
    expect(cluster.node('n1').membership.linkTo(idOf('n1'))).toBeUndefined();
    expect(cluster.node('n1').membership.linkTo('ffffffffffffffff')).toBeUndefined();
  });

  it('with the boot of another process of the same identity learns from the others that it is a clone', async () => {
    const cluster = await GossipCluster.started(4);
    await cluster.scheduler.advance(10_000);
    const clone = cluster.start('n4', { boot: 1, nonce: 'other', port: 20_000 });
    await cluster.scheduler.advance(3_000);
    expect(clone.peersSeen).toContainEqual({
      nodeId: idOf('n4'),
      boot: 1,
      nonce: 'nonce-1',
      sequence: undefined,
      direct: false,
    });
  });

  it('with a boot that was used before is seen by the others with both nonces', async () => {
    const cluster = await GossipCluster.started(4);
    cluster.kill('n4');
    cluster.start('n4', { boot: 1, nonce: 'other', port: 20_000 });
    await cluster.scheduler.advance(5_000);
    const seen = cluster.node('n1').peersSeen.filter(({ nodeId }) => nodeId === idOf('n4'));
    expect(new Set(seen.map(({ nonce }) => nonce))).toEqual(new Set(['nonce-1', 'other']));
  });

  it('from an old image learns the boot that the others know', async () => {
    const cluster = await GossipCluster.started(3);
    cluster.kill('n2');
    cluster.start('n2', { boot: 7 });
    await cluster.until(() => cluster.allSee('up'), 10_000);
    cluster.kill('n2');
    const rolledBack = cluster.start('n2', { boot: 6 });
    await cluster.scheduler.advance(3_000);
    expect(rolledBack.peersSeen).toContainEqual({
      nodeId: idOf('n2'),
      boot: 7,
      nonce: 'nonce-7',
      sequence: undefined,
      epoch: 1,
      direct: false,
    });
    expect(cluster.node('n1').membership.sightingOf(idOf('n2'))?.boot).toBe(7);
  });

  it('shows what it knows of itself and of the others', async () => {
    const cluster = await GossipCluster.started(3);
    cluster.node('n2').membership.setFact(FACT.release, '0.2.0');
    cluster.node('n2').membership.setFact(FACT.sequence, '42');
    cluster.node('n2').process.jumpClock(410);
    await cluster.scheduler.advance(40_000);
    const { membership, metrics, peersSeen } = cluster.node('n1');
    const [own, n2, n3] = membership.sightings();
    expect(own).toMatchObject({ name: 'n1', liveness: 'up', phi: undefined, boot: 1 });
    expect(n2).toMatchObject({ name: 'n2', liveness: 'up', release: '0.2.0' });
    expect(n2?.heartbeat).toBeGreaterThan(35);
    expect(n2?.heartbeatAgeMs).toBeLessThan(2_500);
    expect(n2?.phi).toBeGreaterThanOrEqual(0);
    expect(n2?.roundTripMs).toBeGreaterThan(0);
    expect(n2?.clockOffsetMs).toBeCloseTo(410, -1);
    expect(n3).toMatchObject({ name: 'n3', release: '0.1.0' });
    expect(membership.clockOffsetMs()).toBeCloseTo(0, -1);
    expect(cluster.node('n2').membership.clockOffsetMs()).toBeCloseTo(410, -1);
    expect(metrics.value('kv_gossip_phi', { node: 'n2' })).toBeCloseTo(n2?.phi ?? -1, 5);
    expect(metrics.value('kv_gossip_rounds_total')).toBe(membership.round());
    expect(peersSeen.find((seen) => seen.sequence === 42)).toMatchObject({ nodeId: idOf('n2') });
  });
});
