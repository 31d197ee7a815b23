import { describe, expect, it } from 'vitest';
import { eachTurn } from '../../src/node/io/turn.js';
import { Scheduler } from '../../src/sim/scheduler.js';
import { SimCluster } from '../../src/sim/sim-cluster.js';
import { utf8Decode, utf8Encode } from '../../src/stdx/bytes.js';

const MINUTE_MS = 60_000;

async function threeNodes(seed: number): Promise<SimCluster> {
  const cluster = new SimCluster(new Scheduler(eachTurn), seed);
  await cluster.boot(3);
  return cluster;
}

describe('three nodes in one process', () => {
  it('agree on the ring, and serve a put and a get', async () => {
    const cluster = await threeNodes(1);
    const { client } = cluster.client('c1');
    const put = await cluster.scheduler.settle(
      client.put(utf8Encode('user:1'), utf8Encode('ann'), { level: 'quorum' }),
      MINUTE_MS,
    );
    expect(put.acks.length).toBeGreaterThanOrEqual(2);
    const got = await cluster.scheduler.settle(client.get(utf8Encode('user:1')), MINUTE_MS);
    expect(utf8Decode(got.value ?? new Uint8Array())).toBe('ann');
    const status = await cluster.scheduler.settle(client.status(), MINUTE_MS);
    expect(status).toMatchObject({
      health: 'HEALTHY',
      opened: true,
      ring: { agreed: 3, asked: 3 },
      voters: { total: 3, alive: 3 },
    });
  });

  it('go on at quorum when one is killed, and see it down within 10 s', async () => {
    const cluster = await threeNodes(2);
    const { scheduler } = cluster;
    const { client } = cluster.client('c1');
    await scheduler.settle(client.put(utf8Encode('k'), utf8Encode('1')), MINUTE_MS);
    cluster.kill('n3');
    const put = await scheduler.settle(client.put(utf8Encode('k'), utf8Encode('2')), MINUTE_MS);
    expect(put.acks.length).toBe(2);
    await scheduler.advance(10_000);
    for (const { node } of cluster.running()) {
      const sight = node.admin.describe().nodes.find((one) => one.name === 'n3');
      expect(sight?.liveness).toBe('down');
    }
    await expect(
      scheduler.settle(client.put(utf8Encode('k'), utf8Encode('3'), { level: 'all' }), MINUTE_MS),
    ).rejects.toMatchObject({ code: 'KV_UNAVAILABLE', outcome: 'not_applied' });
  });

  it('take a restarted node back, and a quorum read heals what it missed', async () => {
    const cluster = await threeNodes(3);
    const { scheduler } = cluster;
    const { client } = cluster.client('c1');
    const key = utf8Encode('k');
    await scheduler.settle(client.put(key, utf8Encode('old'), { level: 'all' }), MINUTE_MS);
    cluster.kill('n2');
    await scheduler.settle(client.put(key, utf8Encode('new')), MINUTE_MS);
    await cluster.start('n2');
    await scheduler.advance(15_000);
    const all = await scheduler.settle(client.get(key, { level: 'all' }), MINUTE_MS);
    expect(utf8Decode(all.value ?? new Uint8Array())).toBe('new');
    const owners = await scheduler.settle(client.owners(key, { offline: false }), MINUTE_MS);
    expect(new Set(owners.replicas.map((replica) => replica.version)).size).toBe(1);
  });
});
