import { describe, expect, it } from 'vitest';
import { utf8Encode } from '../../../src/stdx/bytes.js';
import { BootedCluster, text } from './booted-cluster.js';

/** Kills all voters but one, and gives the names of those that live. */
async function loseMajority(cluster: BootedCluster): Promise<readonly string[]> {
  return await loseMajorityOf(cluster, cluster.view('n1').metadata.voters.length - 1);
}

/** Kills so many voters, and gives the names of the nodes that live. */
async function loseMajorityOf(cluster: BootedCluster, count: number): Promise<readonly string[]> {
  const { voters, members } = cluster.view('n1').metadata;
  const names = voters.map((id) => members.find((one) => one.nodeId === id)?.name ?? '');
  const killed = names.slice(names.length - count);
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

describe('a cluster that is given new voters', () => {
  const recover = async (
    cluster: BootedCluster,
    name: string,
    isMinorityMeant = false,
  ): Promise<void> => {
    const { topology } = cluster.at(name).node.admin;
    const change = { action: 'recover', isMinorityMeant } as const;
    const order = { change, checks: 'strict', commit: false, dryRun: false } as const;
    await cluster.run(topology.change(order, 5_000));
  };
  /** Has a namespace made, which takes a majority of the voters. */
  const change = async (cluster: BootedCluster, name: string, namespace: string): Promise<void> => {
    const spec = { name: namespace, mode: 'lww', replication: undefined } as const;
    const made = { ...spec, defaultTtlMs: undefined, defaultLevel: 'quorum' };
    await cluster.run(
      cluster
        .at(name)
        .node.metadata.change(() => ({ kind: 'create-namespace', namespace: made }), 5_000),
    );
  };
  const votersSeenBy = (cluster: BootedCluster, name: string): readonly string[] => {
    const { voters, members } = cluster.view(name).metadata;
    return voters.map((id) => members.find(({ nodeId }) => nodeId === id)?.name ?? id).sort();
  };
  /** Six nodes, five of which vote, with data. */
  const sixNodes = async (seed: number): Promise<BootedCluster> => {
    const cluster = await BootedCluster.of(6, seed);
    await cluster.until(() => cluster.view('n1').metadata.voters.length === 5);
    await cluster.execute('n1', { kind: 'put', key: 'k', value: 'v' });
    return cluster;
  };

  it('changes again, and takes back those of the lost that have decided nothing alone', async () => {
    const cluster = await sixNodes(7);
    const all = cluster.running().map(({ machine }) => machine.name);
    const living = await loseMajorityOf(cluster, 3);
    const [first = ''] = living;
    await expect(change(cluster, first, 'before')).rejects.toThrow('voters');
    expect((await cluster.failure(recover(cluster, first))).message).toMatch(
      /^only 3 of 6 nodes are up: the others may be alive beyond a broken network/,
    );
    await recover(cluster, first, true);
    await cluster.until(() => living.every((name) => votersSeenBy(cluster, name).length === 3));
    expect(votersSeenBy(cluster, first)).toEqual([...living].sort());
    await change(cluster, first, 'after');
    for (const name of all) if (!living.includes(name)) await cluster.start(name);
    await cluster.until(() => cluster.isSettled(6));
    expect(cluster.view('n1').metadata.namespaces.map(({ name }) => name)).toContain('after');
    expect(cluster.view('n1').metadata.recoveries).toHaveLength(1);
  });

  it('completes what a voter that is left had accepted', async () => {
    const cluster = await sixNodes(8);
    const { metadata } = cluster.view('n1');
    const nameOf = (id: string): string =>
      metadata.members.find(({ nodeId }) => nodeId === id)?.name ?? '';
    const [kept = '', proposer = '', ...others] = metadata.voters.map(nameOf);
    // What the proposer has accepted by all of them reaches nobody as decided.
    const proposed = change(cluster, proposer, 'decided').catch(() => undefined);
    await cluster.until(() => cluster.view(proposer).metadata.namespaces.length > 1);
    for (const name of [proposer, ...others]) cluster.kill(name);
    await proposed;
    const living = cluster.running().map(({ machine }) => machine.name);
    await cluster.until(() =>
      living.every((name) =>
        [proposer, ...others].every((one) => cluster.sees(name, one) === 'down'),
      ),
    );
    await recover(cluster, kept, true);
    await cluster.until(() => living.every((name) => votersSeenBy(cluster, name).includes(kept)));
    for (const name of living)
      expect(cluster.view(name).metadata.namespaces.map((one) => one.name)).toContain('decided');
  });

  it('is not while a majority of the voters may be alive', async () => {
    const cluster = await sixNodes(9);
    await loseMajorityOf(cluster, 2);
    const [run] = cluster.running();
    expect(
      (await cluster.failure(recover(cluster, run?.machine.name ?? '', true))).message,
    ).toMatch(/^3 of 5 voters are not down \(.*\), and 3 are enough: nothing is to be recovered$/);
  });

  it('refuses those that went on by themselves, and they refuse it, and neither is lost', async () => {
    const cluster = await sixNodes(10);
    const majority = votersSeenBy(cluster, 'n1').slice(0, 3);
    const all = cluster.running().map(({ machine }) => machine.name);
    const others = all.filter((name) => !majority.includes(name));
    for (const a of majority)
      for (const b of others) {
        cluster.network.cut(a, b);
        cluster.network.cut(b, a);
      }
    await cluster.until(() =>
      others.every((name) => majority.every((one) => cluster.sees(name, one) === 'down')),
    );
    const [left = ''] = others;
    const [right = ''] = majority;
    await recover(cluster, left, true);
    await change(cluster, left, 'left');
    await change(cluster, right, 'right');
    cluster.network.healAll();
    await cluster.scheduler.advance(60_000);
    expect(cluster.running()).toHaveLength(6);
    for (const name of all)
      expect(cluster.view(name).metadata.namespaces.map((one) => one.name)).toEqual([
        'default',
        majority.includes(name) ? 'right' : 'left',
      ]);
    const events = cluster.at(left).node.admin.events({ limit: 1000 });
    expect(events.some(({ message }) => message.includes('have different histories of sim'))).toBe(
      true,
    );
  });
});
