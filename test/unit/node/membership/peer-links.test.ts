import { describe, expect, it } from 'vitest';
import { PeerLinks } from '../../../../src/node/membership/peer-links.js';
import { GossipCluster } from '../../../scenarios/membership/gossip-cluster.js';

const at = (port: number): { host: string; port: number } => ({ host: '10.0.0.1', port });

async function linksOfN1(): Promise<{ cluster: GossipCluster; links: PeerLinks }> {
  const cluster = await GossipCluster.started(3);
  return { cluster, links: new PeerLinks(cluster.node('n1').transport) };
}

describe('the links to peers', () => {
  it('are made on first use and kept while the address is the same', async () => {
    const { links } = await linksOfN1();
    expect(links.linkTo('a')).toBeUndefined();
    links.setAddress('a', at(10_002));
    expect(links.existing('a')).toBeUndefined();
    const link = links.linkTo('a');
    links.setAddress('a', at(10_002));
    expect(links.linkTo('a')).toBe(link);
    expect(links.existing('a')).toBe(link);
  });

  it('are closed when the address changes, or the node is dropped, although the other end still listens', async () => {
    const { cluster, links } = await linksOfN1();
    const ready = async (nodeId: string) => {
      const link = links.linkTo(nodeId);
      if (link === undefined) throw new Error('there is an address');
      await cluster.scheduler.settle(link.control({ kind: 'probe' }, 500), 1_000);
      expect(link.state()).toBe('ready');
      return link;
    };
    links.setAddress('a', at(10_002));
    const moved = await ready('a');
    links.setAddress('a', at(10_003));
    expect(moved.state()).toBe('broken');
    expect(links.linkTo('a')?.address).toEqual(at(10_003));
    const dropped = await ready('a');
    links.keepOnly(new Set(['b']));
    expect(dropped.state()).toBe('broken');
    expect(links.linkTo('a')).toBeUndefined();
  });
});
