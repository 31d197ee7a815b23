import { expect, it } from 'vitest';
import { GossipCluster } from './gossip-cluster.js';

it('100 nodes that lose 5 % of all messages see no false death in three minutes, and a real one within 10 s', async () => {
  const cluster = await GossipCluster.started(100, 3);
  cluster.network.options = {
    latencyMs: () => 1 + cluster.random.nextFloat() * 20,
    loss: () => 0.05,
  };
  await cluster.scheduler.advance(180_000);
  expect(cluster.eventsWith('down')).toEqual([]);
  cluster.kill('n42');
  await cluster.until(() => cluster.allSee('down', ['n42']), 10_000);
});
