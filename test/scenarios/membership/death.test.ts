import { describe, expect, it } from 'vitest';
import { GossipCluster } from './gossip-cluster.js';

describe('a node that dies', () => {
  for (const size of [3, 20]) {
    it(`is down everywhere within 10 s in a cluster of ${size}, with its reason as an event`, async () => {
      for (const seed of size === 3 ? [1, 2, 3, 4] : [5]) {
        const cluster = await GossipCluster.started(size, seed);
        await cluster.scheduler.advance(10_000 + seed * 137);
        cluster.kill('n2');
        await cluster.until(() => cluster.allSee('down', ['n2']), 10_000);
        const deaths = cluster.eventsWith('down:');
        expect(deaths).toHaveLength(size - 1);
        const helpers = size === 3 ? '1 indirect probe' : '3 indirect probes';
        for (const death of deaths)
          expect(death).toMatch(
            new RegExp(
              `^n\\d+: bad n2 down: silent \\d\\.\\d s, no answer to 1 direct and ${helpers}$`,
            ),
          );
        expect(cluster.eventsWith('n2 suspected (phi ')).toHaveLength(size - 1);
        for (const node of cluster.living())
          expect(node.metrics.value('kv_gossip_deaths_total')).toBe(1);
      }
    });
  }

  it('is down within 10 s also when its machine vanishes without a reset of connections', async () => {
    const cluster = await GossipCluster.started(5, 7);
    await cluster.scheduler.advance(10_000);
    for (const { name } of cluster.others('n2')) {
      cluster.network.cut('n2', name);
      cluster.network.cut(name, 'n2');
    }
    cluster.node('n2').process.kill();
    cluster.nodes.delete('n2');
    await cluster.until(() => cluster.allSee('down', ['n2']), 10_000);
  });

  it('is up again within seconds of its next start, seen with its new boot', async () => {
    const cluster = await GossipCluster.started(3, 5);
    cluster.kill('n3');
    await cluster.until(() => cluster.allSee('down', ['n3']), 10_000);
    await cluster.scheduler.advance(60_000);
    cluster.start('n3', { boot: 2 });
    expect(cluster.sees('n3', 'n1')).toBe('suspect');
    await cluster.until(() => cluster.allSee('up'), 5_000);
    expect(cluster.node('n1').events.slice(-2)).toEqual([
      'info n3 restarted (boot 2)',
      expect.stringMatching(/^info n3 up again after \d+(m\d+)?s$/),
    ]);
    const n3 = cluster.node('n1').peersSeen.filter((seen) => seen.nodeId.endsWith('3'));
    expect(n3.map((seen) => seen.boot)).toEqual([1, 2]);
  });

  it('delays nobody while it hangs: the others keep their rounds and see each other', async () => {
    const cluster = await GossipCluster.started(5, 3);
    await cluster.scheduler.advance(10_000);
    const before = cluster.node('n1').membership.round();
    cluster.node('n2').process.pause();
    await cluster.scheduler.advance(60_000);
    const rounds = cluster.node('n1').membership.round() - before;
    expect(rounds).toBeGreaterThan(57);
    for (const node of cluster.others('n2'))
      for (const name of ['n1', 'n3', 'n4', 'n5'])
        if (name !== node.name) expect(cluster.sees(node.name, name)).toBe('up');
  });

  it('is talked to by one exchange at a time, so that they do not pile up', async () => {
    const cluster = await GossipCluster.started(2, 3);
    cluster.node('n2').process.pause();
    await cluster.scheduler.advance(60_000);
    // Each round of n1 turns to n2, for want of another; each exchange waits for its deadline of 2 s.
    const failed = cluster.node('n1').metrics.value('kv_gossip_exchanges_failed_total');
    expect(failed).toBeGreaterThan(15);
    expect(failed).toBeLessThanOrEqual(31);
  });
});
