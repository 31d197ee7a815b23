import { describe, expect, it } from 'vitest';
import { LogCluster } from './log-cluster.js';

describe('a cluster that grows', () => {
  it('is one voter until the third node, then three, then five', async () => {
    const cluster = new LogCluster();
    await cluster.init('n1');
    expect(cluster.voters('n1')).toEqual(['n1']);
    const expected: Readonly<Record<number, readonly string[]>> = {
      2: ['n1'],
      3: ['n1', 'n2', 'n3'],
      4: ['n1', 'n2', 'n3'],
      5: ['n1', 'n2', 'n3', 'n4', 'n5'],
      6: ['n1', 'n2', 'n3', 'n4', 'n5'],
    };
    for (const [size, voters] of Object.entries(expected)) {
      await cluster.join(`n${size}`, 'n1');
      await cluster.settle();
      for (const { name } of cluster.living()) expect(cluster.voters(name)).toEqual(voters);
    }
  });

  it('takes nodes that join at once through different members', async () => {
    const cluster = await LogCluster.of(3);
    const joins = ['n1', 'n2', 'n3'].map((via, i) => cluster.join(`n${i + 4}`, via));
    await Promise.all(joins);
    await cluster.settle();
    const names = cluster.view('n1').metadata.members.map((member) => member.name);
    expect([...names].sort()).toEqual(['n1', 'n2', 'n3', 'n4', 'n5', 'n6']);
    const hashes = new Set(cluster.living().map(({ name }) => cluster.view(name).ring.hash));
    expect(hashes.size).toBe(1);
  });

  it('grows by way of a node that has no vote', async () => {
    const cluster = await LogCluster.of(4);
    expect(cluster.voters('n4')).toEqual(['n1', 'n2', 'n3']);
    await cluster.join('n5', 'n4');
    expect(cluster.view('n5').metadata.members).toHaveLength(5);
  });

  it('moves a vote to a rack that had none', async () => {
    const cluster = new LogCluster();
    await cluster.init('n1', { rack: 'a' });
    for (const name of ['n2', 'n3']) await cluster.join(name, 'n1', { rack: 'a' });
    await cluster.settle();
    await cluster.join('n4', 'n1', { rack: 'b' });
    await cluster.settle();
    expect(cluster.voters('n2')).toEqual(['n1', 'n2', 'n4']);
  });

  it('does not give a vote to a node that is not up, until it is', async () => {
    const cluster = await LogCluster.of(2);
    cluster.kill('n2');
    await cluster.until(
      () => cluster.node('n1').membership.stateOf(idOf(cluster, 'n2')) === 'down',
    );
    await cluster.join('n3', 'n1');
    await cluster.scheduler.advance(20_000);
    expect(cluster.voters('n1')).toEqual(['n1', 'n3']);
    await cluster.restart('n2');
    await cluster.settle();
    expect(cluster.voters('n1')).toEqual(['n1', 'n2', 'n3']);
  });
});

function idOf(cluster: LogCluster, name: string): string {
  const member = cluster.view('n1').metadata.members.find((candidate) => candidate.name === name);
  return member?.nodeId ?? '';
}
