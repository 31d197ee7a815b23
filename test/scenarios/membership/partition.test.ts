import { describe, expect, it } from 'vitest';
import { GossipCluster } from './gossip-cluster.js';

function cutBetween(
  cluster: GossipCluster,
  left: readonly string[],
  right: readonly string[],
): void {
  for (const a of left) {
    for (const b of right) {
      cluster.network.cut(a, b);
      cluster.network.cut(b, a);
    }
  }
}

describe('a network that breaks', () => {
  it('between two nodes only makes neither down while a third one reaches both', async () => {
    const cluster = await GossipCluster.started(3, 4);
    cutBetween(cluster, ['n1'], ['n2']);
    await cluster.scheduler.advance(120_000);
    expect(cluster.eventsWith('down')).toEqual([]);
  });

  it('in two halves makes each down for the other, and up again after healing', async () => {
    const cluster = await GossipCluster.started(6, 4);
    const [left, right] = [
      ['n1', 'n2', 'n3'],
      ['n4', 'n5', 'n6'],
    ];
    cutBetween(cluster, left, right);
    await cluster.until(
      () => left.every((a) => right.every((b) => cluster.sees(a, b) === 'down')),
      10_000,
    );
    await cluster.scheduler.advance(120_000);
    for (const [a, b] of [
      ['n1', 'n2'],
      ['n4', 'n5'],
    ] as const)
      expect(cluster.sees(a, b)).toBe('up');
    cluster.network.healAll();
    await cluster.until(() => cluster.allSee('up'), 15_000);
  });

  it('in one direction makes a node down that nobody can reach, although it still speaks', async () => {
    const cluster = await GossipCluster.started(4, 9);
    await cluster.scheduler.advance(5_000);
    for (const { name } of cluster.others('n1')) cluster.network.cut(name, 'n1');
    const downForAll = (): boolean =>
      cluster.others('n1').every(({ name }) => cluster.sees(name, 'n1') === 'down');
    await cluster.until(downForAll, 10_000);
    for (const { name } of cluster.others('n1')) expect(cluster.sees('n1', name)).toBe('down');
  });

  it('loses 5 % of all messages for three minutes without a false death among 20 nodes', async () => {
    const cluster = await GossipCluster.started(20, 11);
    cluster.network.options = {
      latencyMs: () => 1 + cluster.random.nextFloat() * 20,
      loss: () => 0.05,
    };
    await cluster.scheduler.advance(180_000);
    expect(cluster.eventsWith('down')).toEqual([]);
    expect(cluster.allSee('up')).toBe(true);
  });

  it('gives the same events for the same seed', async () => {
    const story = async (seed: number): Promise<readonly string[]> => {
      const cluster = await GossipCluster.started(5, seed);
      cluster.network.options = {
        latencyMs: () => cluster.random.nextFloat() * 50,
        loss: () => 0.3,
      };
      await cluster.scheduler.advance(60_000);
      cluster.kill('n3');
      await cluster.scheduler.advance(20_000);
      return cluster.eventsWith('');
    };
    const first = await story(21);
    expect(first.length).toBeGreaterThan(20);
    expect(await story(21)).toEqual(first);
    expect(await story(22)).not.toEqual(first);
  });
});
