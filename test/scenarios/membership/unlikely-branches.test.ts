import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/node/core/limits.js';
import { GossipCluster } from './gossip-cluster.js';

const sentBytes = (cluster: GossipCluster): number =>
  cluster.living().reduce((sum, node) => sum + node.metrics.value('kv_gossip_sent_bytes_total'), 0);

describe('gossip that skips a round', () => {
  it('sends nothing in it, and is taken for dead by nobody', async () => {
    const cluster = await GossipCluster.started(3);
    await cluster.scheduler.advance(10_000);
    const before = sentBytes(cluster);
    cluster.unlikely.choose('gossip.skipped-round', 3);
    await cluster.scheduler.advance(10);
    await cluster.until(() => cluster.unlikely.taken('gossip.skipped-round') === 3, 2_000);
    expect(sentBytes(cluster)).toBe(before);
    await cluster.scheduler.advance(20_000);
    expect(sentBytes(cluster)).toBeGreaterThan(before);
    expect(cluster.allSee('up')).toBe(true);
    expect(cluster.eventsWith('down:')).toEqual([]);
  });
});

describe('gossip in small messages', () => {
  it('still brings everything to everybody, in more rounds', async () => {
    const tookMs = async (small: boolean): Promise<number> => {
      const cluster = new GossipCluster(12);
      if (small) cluster.unlikely.choose('gossip.small-message');
      for (let i = 1; i <= 12; i++) cluster.start(`n${i}`);
      await cluster.until(() => cluster.allSee('up'), 30_000);
      cluster.node('n1').membership.setFact('release', '9.9.9');
      const told = (): boolean =>
        cluster
          .living()
          .every(
            ({ membership }) =>
              membership.sightings().find(({ name }) => name === 'n1')?.release === '9.9.9',
          );
      const spreadMs = await cluster.until(told, 60_000);
      expect(cluster.unlikely.taken('gossip.small-message') > 0).toBe(small);
      return spreadMs;
    };
    expect(await tookMs(true)).toBeGreaterThan(0);
    expect(await tookMs(false)).toBeLessThan(10_000);
  });

  it('is never larger than it may be', async () => {
    const cluster = new GossipCluster(12);
    cluster.unlikely.choose('gossip.small-message');
    for (let i = 1; i <= 12; i++) cluster.start(`n${i}`);
    for (let i = 0; i < 200; i++) {
      const [before, messages] = [sentBytes(cluster), taken(cluster)];
      await cluster.scheduler.advance(50);
      // Each message was counted when its size was drawn.
      expect(sentBytes(cluster) - before).toBeLessThanOrEqual((taken(cluster) - messages) * 320);
    }
    expect(taken(cluster)).toBeGreaterThan(100);
  });
});

const taken = (cluster: GossipCluster): number => cluster.unlikely.taken('gossip.small-message');

describe('probes of nodes that nobody doubts', () => {
  it('change nothing while they are answered', async () => {
    const cluster = await GossipCluster.started(3);
    await cluster.scheduler.advance(10_000);
    cluster.unlikely.choose('gossip.early-probe');
    await cluster.scheduler.advance(10_000);
    expect(cluster.unlikely.taken('gossip.early-probe')).toBeGreaterThan(100);
    expect(cluster.eventsWith('suspected')).toEqual([]);
    expect(cluster.allSee('up')).toBe(true);
  });

  it('prove nothing when they are not: a death still takes its time, and is noticed in time', async () => {
    const cluster = await GossipCluster.started(3);
    await cluster.scheduler.advance(10_000);
    cluster.unlikely.choose('gossip.early-probe');
    cluster.node('n2').process.pause();
    await cluster.scheduler.advance(LIMITS.downAfterMs - LIMITS.gossipIntervalMs);
    expect(cluster.eventsWith('down:')).toEqual([]);
    const seen = (): boolean => ['n1', 'n3'].every((name) => cluster.sees(name, 'n2') === 'down');
    await cluster.until(seen, 10_000);
  });
});
