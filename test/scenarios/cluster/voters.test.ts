import { describe, expect, it } from 'vitest';
import { utf8Encode } from '../../../src/stdx/bytes.js';
import { BootedCluster, text } from './booted-cluster.js';

/** Kills all voters but one, and gives the names of those that live. */
async function loseMajority(cluster: BootedCluster): Promise<readonly string[]> {
  const { voters, members } = cluster.view('n1').metadata;
  const names = voters.map((id) => members.find((one) => one.nodeId === id)?.name ?? '');
  const [, ...killed] = names;
  for (const name of killed) cluster.kill(name);
  // Until all that live know who is down.
  const living = cluster.running().map(({ machine }) => machine.name);
  await cluster.until(() =>
    living.every((name) => killed.every((one) => cluster.sees(name, one) === 'down')),
  );
  return living;
}

/** Four nodes, three of which vote. */
async function fourNodes(seed: number): Promise<BootedCluster> {
  const cluster = await BootedCluster.of(4, seed);
  await cluster.scheduler.advance(10_000);
  expect(cluster.view('n1').metadata.voters).toHaveLength(3);
  return cluster;
}

describe('a cluster that has lost the majority of its voters', () => {
  it('changes no metadata and says so, and goes on reading and writing data', async () => {
    const cluster = await fourNodes(3);
    await cluster.execute('n1', { kind: 'put', key: 'first', value: 'v' });
    const [survivor = '', ...others] = await loseMajority(cluster);

    const change = await cluster.failure(
      cluster
        .at(survivor)
        .node.metadata.change(
          ({ metadata }) => ({ kind: 'remove', nodeId: metadata.members.at(-1)?.nodeId ?? '' }),
          3_000,
        ),
    );
    expect(change.code).toBe('KV_NO_VOTER_MAJORITY');
    expect(change.message).toMatch(/needs 2 of 3 voters: 1 of 3 voters answers/);

    const alive = [survivor, ...others];
    const key = cluster.keyWhere(
      survivor,
      (replicas) => replicas.filter((name) => alive.includes(name)).length >= 2,
    );
    const put = await cluster.execute(survivor, { kind: 'put', key, value: 'w' });
    expect(put.kind === 'written' ? [...put.acks].sort() : []).toEqual([...alive].sort());
    const { client } = cluster.client('c1');
    expect(text(await cluster.run(client.get(utf8Encode(key))))).toBe('w');
    const status = await cluster.run(client.status());
    expect(status.voters).toEqual({ total: 3, alive: 1 });
    expect(status.alerts.map((alert) => alert.code)).toContain('KV_NO_VOTER_MAJORITY');
  });

  it('is not opened by a first write, which is refused before anything is sent', async () => {
    const cluster = await fourNodes(4);
    const [survivor = '', ...others] = await loseMajority(cluster);
    const alive = [survivor, ...others];
    const key = cluster.keyWhere(
      survivor,
      (replicas) => replicas.filter((name) => alive.includes(name)).length >= 2,
    );
    const refused = await cluster.failure(
      cluster.execute(survivor, { kind: 'put', key, value: 'v' }),
    );
    expect(refused.code).toBe('KV_NO_VOTER_MAJORITY');
    // A cluster that was never opened answers reads: there is nothing.
    const got = await cluster.execute(survivor, { kind: 'get', key });
    expect(got.kind === 'read' && got.found).toBe(false);
  });

  it('takes changes again when one of the lost voters is back', async () => {
    const cluster = await fourNodes(5);
    const before = cluster.running().map(({ machine }) => machine.name);
    const living = await loseMajority(cluster);
    const back = before.find((name) => !living.includes(name)) ?? '';
    await cluster.start(back);
    await cluster.scheduler.advance(5_000);
    const { client } = cluster.client('c1');
    const key = cluster.keyWhere(back, (replicas) => replicas.includes(back));
    const put = await cluster.run(client.put(utf8Encode(key), utf8Encode('v'), { level: 'one' }));
    expect(put.acks.length).toBeGreaterThan(0);
    expect(cluster.view(back).metadata.opened).toBe(true);
  });
});
