import { describe, expect, it } from 'vitest';
import { GossipCluster } from './gossip-cluster.js';

describe('a node that is paused', () => {
  it('for 4.9 s is never down for the others, and calls nobody dead when it wakes, at any moment of the round', async () => {
    for (const size of [3, 10]) {
      const cluster = await GossipCluster.started(size, size);
      await cluster.scheduler.advance(10_000);
      for (let phase = 0; phase < 8; phase++) {
        await cluster.scheduler.advance(15_000 + phase * 83);
        const { process } = cluster.node('n2');
        process.pause();
        await cluster.scheduler.advance(4_900);
        process.resume();
        await cluster.until(() => cluster.allSee('up'), 3_000);
      }
      await cluster.scheduler.advance(10_000);
      expect(cluster.eventsWith('down')).toEqual([]);
      expect(cluster.node('n2').events.filter((event) => event.includes('suspected'))).toEqual([]);
      expect(cluster.node('n2').metrics.value('kv_gossip_stall_seconds_total')).toBeGreaterThan(35);
      // The pauses did not go unnoticed: without them this test would say nothing.
      expect(cluster.eventsWith('n2 suspected').length).toBeGreaterThan(0);
    }
  });

  it('for half a minute is down for the others, but calls nobody dead when it wakes, and is up again soon', async () => {
    const cluster = await GossipCluster.started(5, 2);
    await cluster.scheduler.advance(10_000);
    const { process } = cluster.node('n4');
    process.pause();
    await cluster.scheduler.advance(30_000);
    for (const node of cluster.others('n4')) expect(cluster.sees(node.name, 'n4')).toBe('down');
    process.resume();
    await cluster.until(() => cluster.allSee('up'), 5_000);
    await cluster.scheduler.advance(10_000);
    expect(cluster.node('n4').events.filter((event) => !event.endsWith(' up'))).toEqual([]);
    expect(cluster.eventsWith('n4 up again after 2')).toHaveLength(4);
  });
});
