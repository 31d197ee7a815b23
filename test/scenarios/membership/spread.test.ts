import { describe, expect, it } from 'vitest';
import { FACT } from '../../../src/node/core/membership/fact-names.js';
import { GossipCluster } from './gossip-cluster.js';

describe('an update', () => {
  it('reaches all of 30 nodes within 6 rounds although 5 % of the messages are lost', async () => {
    const cluster = await GossipCluster.started(30, 6);
    cluster.network.options = { latencyMs: () => 5, loss: () => 0.05 };
    for (let epoch = 100; epoch < 110; epoch++) {
      cluster.node('n7').membership.setFact(FACT.epoch, String(epoch));
      const heard = (): boolean =>
        cluster.others('n7').every((node) => node.epochsSeen.includes(epoch));
      await cluster.until(heard, 6_000);
    }
  });

  it('of a node that metadata does not name yet is not kept, but shows that there is a newer epoch', async () => {
    const cluster = await GossipCluster.started(3);
    const stranger = new GossipCluster(9, 1);
    cluster.start('n9', { metadata: { ...stranger.metadata(), epoch: 12 } });
    await cluster.until(() => cluster.node('n1').epochsSeen.includes(12), 5_000);
    expect(cluster.node('n1').membership.sightings()).toHaveLength(3);
    for (const node of cluster.others('n9'))
      node.membership.setMembers({ ...stranger.metadata(), epoch: 12 });
    await cluster.until(() => cluster.sees('n1', 'n9') === 'up', 3_000);
  });
});
