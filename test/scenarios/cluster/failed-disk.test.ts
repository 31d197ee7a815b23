import { describe, expect, it } from 'vitest';
import { utf8Encode } from '../../../src/stdx/bytes.js';
import { BootedCluster, text } from './booted-cluster.js';

const SHARD = 'shard-0';

describe('a node whose disk fails to sync', () => {
  it.each(['sync', 'write'] as const)(
    'acknowledges nothing more after a failed %s, is not ready, and the others go on without it',
    async (how) => {
      const cluster = await BootedCluster.of(3, 11);
      const { client } = cluster.client('c1');
      await cluster.run(client.put(utf8Encode('k'), utf8Encode('1'), { level: 'all' }));
      cluster.machine('n2').disk.failWrites(SHARD, how);

      for (let i = 0; i < 30; i++) {
        const put = await cluster.run(client.put(utf8Encode('k'), utf8Encode(`${i}`)));
        expect([...put.acks].sort()).toEqual(['n1', 'n3']);
      }
      const { readiness } = cluster.at('n2').node;
      expect(readiness.notReady()).toMatchObject({ code: 'KV_STORE_FAILED' });
      for (const kind of ['put', 'get'] as const) {
        const refused = await cluster.failure(cluster.execute('n2', { kind, key: 'k' }));
        expect(refused.code).toBe('KV_STORE_FAILED');
      }
      const status = await cluster.run(client.status());
      const row = status.nodes.find((node) => node.name === 'n2');
      expect(row?.report).toMatchObject({ ready: false });
      expect(row?.report?.notReadyReason).toContain('could not write and sync');
    },
  );

  it('serves again after a restart on a healthy disk, with nothing acknowledged missing', async () => {
    const cluster = await BootedCluster.of(3, 12);
    const { client } = cluster.client('c1');
    await cluster.run(client.put(utf8Encode('k'), utf8Encode('1'), { level: 'all' }));
    cluster.machine('n2').disk.failWrites(SHARD);
    await cluster.run(client.put(utf8Encode('k'), utf8Encode('2')));
    cluster.kill('n2');
    await cluster.start('n2');
    await cluster.scheduler.advance(10_000);
    expect(cluster.at('n2').node.readiness.notReady()).toBeUndefined();
    expect(text(await cluster.run(client.get(utf8Encode('k'), { level: 'all' })))).toBe('2');
    const put = await cluster.run(client.put(utf8Encode('k'), utf8Encode('3'), { level: 'all' }));
    expect(put.acks).toHaveLength(3);
  });
});
