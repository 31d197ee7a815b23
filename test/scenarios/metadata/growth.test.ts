import { describe, expect, it } from 'vitest';
import type { NodeDescriptor } from '../../../src/node/core/metadata/cluster-metadata.js';
import { failureOf } from './changes.js';
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

  it('takes a node once, although requests and replies of its join get lost', async () => {
    for (const seed of [1, 2, 3]) {
      const cluster = await LogCluster.of(1, seed);
      const calm = cluster.network.options;
      cluster.network.options = { ...calm, loss: () => 0.3 };
      await cluster.join('n2', 'n1');
      cluster.network.options = calm;
      expect(cluster.view('n2').metadata.members.map(({ name }) => name)).toEqual(['n1', 'n2']);
    }
  });

  it('refuses a second node of one name, and a number of vnodes that no node has', async () => {
    const cluster = await LogCluster.of(2);
    const { members } = cluster.view('n1').metadata;
    const { tokens: _tokens, state: _state, joinedEpoch: _joined, ...n2 } = members[1]!;
    const link = cluster.node('n2').membership.linkTo(cluster.node('n1').nodeId);
    const ask = async (member: NodeDescriptor, vnodes: number): Promise<string> => {
      const joined = async (): Promise<unknown> =>
        await link?.meta({ kind: 'join', member, vnodes }, 2_000);
      return (await failureOf(cluster.run(joined()))).code;
    };
    expect(await ask({ ...n2, nodeId: 'e'.repeat(16) }, 4)).toBe('KV_JOIN_REFUSED');
    for (const vnodes of [0, 257, 1.5])
      expect(await ask({ ...n2, nodeId: 'e'.repeat(16), name: 'n3' }, vnodes)).toBe(
        'KV_CONFIG_INVALID',
      );
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
