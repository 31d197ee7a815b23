import { describe, expect, it } from 'vitest';
import { utf8Decode, utf8Encode } from '../../../src/stdx/bytes.js';
import { BootedCluster } from './booted-cluster.js';

const KEYS = Array.from({ length: 40 }, (_, i) => `k${i}`);

it('a drained node serves no client, and every replica that asks it; clients notice nothing', async () => {
  const cluster = await BootedCluster.of(3);
  const { client } = cluster.client('c1');
  const { admin } = cluster.at('n2').node;
  expect(admin.drain(true)).toEqual({ node: 'n2', drained: true, queuedBytes: 0 });
  for (const key of KEYS) {
    const put = await cluster.run(client.put(utf8Encode(key), utf8Encode(key), { level: 'all' }));
    expect(put.acks).toContain('n2');
    expect(put.coordinator).not.toBe('n2');
  }
  const { nodes, alerts, reads } = await cluster.run(cluster.at('n1').node.admin.status());
  expect(nodes.find(({ name }) => name === 'n2')).toMatchObject({
    state: 'up',
    report: { ready: true, drained: true, hints: [] },
  });
  expect(alerts).toMatchObject([
    { code: 'KV_NODE_DRAINED', node: 'n2', hints: ['kv node resume n2'] },
  ]);
  expect(reads).toBeDefined();

  admin.drain(false);
  await cluster.scheduler.advance(5_000);
  expect((await cluster.run(cluster.at('n1').node.admin.status())).alerts).toEqual([]);
  const coordinators = new Set<string>();
  for (const key of KEYS) {
    const got = await cluster.run(client.get(utf8Encode(key), { level: 'all' }));
    expect(utf8Decode(got.value ?? new Uint8Array())).toBe(key);
    coordinators.add(got.coordinator);
  }
  expect(coordinators).toContain('n2');
});

it('is told of by every node to the next command, though one asked just before it was drained', async () => {
  const cluster = await BootedCluster.of(3);
  const drainedSeen = async (): Promise<boolean | undefined> => {
    const { nodes } = await cluster.run(cluster.at('n1').node.admin.status());
    return nodes.find(({ name }) => name === 'n3')?.report?.drained;
  };
  expect(await drainedSeen()).toBe(false);
  cluster.at('n3').node.admin.drain(true);
  // No process starts in less.
  await cluster.scheduler.advance(150);
  expect(await drainedSeen()).toBe(true);
});

it('a drained node is one no more after a restart', async () => {
  const cluster = await BootedCluster.of(3);
  cluster.at('n2').node.admin.drain(true);
  cluster.kill('n2');
  await cluster.start('n2');
  const status = await cluster.run(cluster.at('n2').node.admin.status());
  expect(status.nodes.find(({ name }) => name === 'n2')?.report?.drained).toBe(false);
});

describe('a node in maintenance', () => {
  const order = async (
    cluster: BootedCluster,
    action: 'maintain' | 'serve',
    checks: 'strict' | 'skip' = 'strict',
  ): Promise<void> => {
    const { topology } = cluster.at('n1').node.admin;
    const wish = { change: { action, node: 'n2' }, checks, commit: false, dryRun: false } as const;
    await cluster.run(topology.change(wish, 5_000));
  };
  const codes = async (cluster: BootedCluster): Promise<readonly string[]> => {
    const { alerts } = await cluster.run(cluster.at('n1').node.admin.status());
    return alerts.map(({ code, severity, node }) => `${severity} ${code} ${node ?? ''}`);
  };

  it('takes no clients, also after a restart, and that it is down is no alarm, until it is over', async () => {
    const cluster = await BootedCluster.of(3);
    await order(cluster, 'maintain');
    await order(cluster, 'maintain');
    await cluster.scheduler.advance(5_000);
    expect(cluster.at('n2').node.readiness.refusesClients()?.message).toBe(
      'the node is in maintenance: it takes no clients, and goes on as a replica',
    );
    expect(await codes(cluster)).toEqual(['warn KV_NODE_MAINTENANCE n2']);
    expect(() => cluster.at('n2').node.admin.drain(false)).toThrow('n2 is in maintenance');

    cluster.kill('n2');
    await cluster.until(() => cluster.sees('n1', 'n2') === 'down');
    expect(await codes(cluster)).toEqual(['warn KV_NODE_MAINTENANCE n2']);
    await cluster.start('n2');
    await cluster.until(() => cluster.sees('n1', 'n2') === 'up');
    expect(cluster.at('n2').node.readiness.refusesClients()?.code).toBe('KV_NOT_READY');

    await order(cluster, 'serve');
    await cluster.scheduler.advance(5_000);
    expect(cluster.at('n2').node.readiness.refusesClients()).toBeUndefined();
    expect(await codes(cluster)).toEqual([]);
    cluster.kill('n2');
    await cluster.until(() => cluster.sees('n1', 'n2') === 'down');
    expect(await codes(cluster)).toContain('bad KV_NODE_DOWN n2');
  });

  it('must not be the one without which ranges have no quorum, unless that is meant', async () => {
    const cluster = await BootedCluster.of(3);
    await cluster.until(() => cluster.view('n1').metadata.voters.length === 3);
    cluster.kill('n3');
    await cluster.until(() => cluster.sees('n1', 'n3') === 'down');
    const refused = await cluster.failure(order(cluster, 'maintain'));
    expect(refused.code).toBe('KV_PLAN_REFUSED');
    expect(refused.message).toMatch(
      /^without n2, \d+ ranges of default would have no quorum: bring the others back first$/,
    );
    await order(cluster, 'maintain', 'skip');
    expect(await codes(cluster)).toContain('warn KV_NODE_MAINTENANCE n2');
  });
});
