import { describe, expect, it } from 'vitest';
import { KvError } from '../../../src/node/core/errors.js';
import { FACT } from '../../../src/node/core/membership/fact-names.js';
import { GossipCluster, idOf } from './gossip-cluster.js';

const FOUR_DAYS_MS = 4 * 24 * 3_600_000;

describe('a node that leaves', () => {
  it('says that it stops, and is down at once although its heartbeats go on', async () => {
    const cluster = await GossipCluster.started(5);
    const { membership } = cluster.node('n2');
    await cluster.scheduler.settle(membership.announceStopping(500), 1_000);
    expect(cluster.allSee('down', ['n2'])).toBe(true);
    expect(cluster.eventsWith('down')).toEqual(
      ['n1', 'n3', 'n4', 'n5'].map((name) => `${name}: bad n2 down: it is stopping`),
    );
    await cluster.scheduler.advance(20_000);
    expect(cluster.allSee('down', ['n2'])).toBe(true);
    membership.stop();
    cluster.kill('n2');
    cluster.start('n2', { boot: 2 });
    await cluster.until(() => cluster.allSee('up'), 5_000);
  });

  it('tells those it cannot reach through the others', async () => {
    const cluster = await GossipCluster.started(5);
    cluster.network.cut('n2', 'n3');
    const announced = cluster.node('n2').membership.announceStopping(500);
    await cluster.scheduler.settle(announced, 1_000);
    expect(cluster.sees('n3', 'n2')).toBe('up');
    await cluster.until(() => cluster.sees('n3', 'n2') === 'down', 2_500);
  });

  it('refuses gossip after it stopped, and has no links left', async () => {
    const cluster = await GossipCluster.started(3);
    const { membership } = cluster.node('n2');
    const link = membership.linkTo(idOf('n1'));
    membership.stop();
    const refusal = membership.handleControl({ nodeId: idOf('n1') }, { kind: 'probe' }, 500);
    await expect(refusal).rejects.toThrow(KvError);
    expect(link?.state()).toBe('broken');
    expect(membership.linkTo(idOf('n1'))).toBeUndefined();
    const rounds = membership.round();
    await cluster.scheduler.advance(5_000);
    expect(membership.round()).toBe(rounds);
  });

  it('by removal stays departed for those who only hear of it by gossip, however long it goes on talking', async () => {
    const cluster = await GossipCluster.started(5);
    cluster.node('n1').membership.setMembers(cluster.remove('n4'));
    await cluster.until(
      () => cluster.others('n4').every((node) => cluster.sees(node.name, 'n4') === 'down'),
      5_000,
    );
    expect(cluster.node('n2').events.at(-1)).toBe('bad n4 down: removed from the cluster');
    expect(cluster.node('n2').epochsSeen).toContain(2);
    await cluster.scheduler.advance(60_000);
    for (const node of cluster.others('n4')) {
      expect(cluster.sees(node.name, 'n4')).toBe('down');
      expect(node.membership.linkTo(idOf('n4'))).toBeUndefined();
    }
    // Others heard of the epoch, which the metadata service pulls; reminded each round until it has.
    expect(cluster.node('n2').epochsSeen.length).toBeGreaterThan(50);
    for (const node of cluster.others('n4')) node.membership.setMembers(cluster.metadata());
    const reminded = cluster.node('n2').epochsSeen.length;
    await cluster.scheduler.advance(5_000);
    expect(cluster.node('n2').epochsSeen).toHaveLength(reminded);
    expect(cluster.eventsWith('n4 up again')).toEqual([]);
  });

  it('by removal is not resurrected by a node that was away when it happened, also after its tombstone is spent', async () => {
    const cluster = await GossipCluster.started(5);
    cluster.node('n5').process.pause();
    const metadata = cluster.remove('n4');
    cluster.kill('n4');
    for (const name of ['n1', 'n2', 'n3']) cluster.node(name).membership.setMembers(metadata);
    await cluster.scheduler.advance(20_000);
    cluster.node('n5').process.resume();
    await cluster.until(() => cluster.sees('n5', 'n4') === 'down', 5_000);
    for (const node of cluster.living()) node.process.jumpClock(FOUR_DAYS_MS);
    for (const name of ['n1', 'n2', 'n3']) cluster.node(name).membership.setFact(FACT.status, 'x');
    await cluster.scheduler.advance(120_000);
    for (const name of ['n1', 'n2', 'n3']) {
      expect(cluster.sees(name, 'n4')).toBe('down');
      expect(cluster.node(name).membership.sightingOf(idOf('n4'))).toBeUndefined();
    }
    expect(cluster.eventsWith('n4 up')).toHaveLength(4);
  });
});
