import { describe, expect, it } from 'vitest';
import { tokenOf } from '../../../src/node/core/ring/token.js';
import { encodeDataKey } from '../../../src/node/core/version/data-key.js';
import { SHARD_FOLDER } from '../../../src/node/store/store.js';
import { utf8Encode } from '../../../src/stdx/bytes.js';
import { BootedCluster, text } from './booted-cluster.js';

const KEY = 'k';

function rot(cluster: BootedCluster, name: string): void {
  const bytes = utf8Encode(KEY);
  const dataKey = encodeDataKey({ namespace: 1, token: tokenOf(bytes), key: bytes });
  cluster.machine(name).disk.damage(SHARD_FOLDER, dataKey, (record) => {
    record[record.length - 5]! ^= 1;
    return record;
  });
}

async function trafficOf(cluster: BootedCluster, forMs: number): Promise<number> {
  const before = cluster.network.delivered();
  await cluster.scheduler.advance(forMs);
  return cluster.network.delivered() - before;
}

describe('a key with two rotten copies of three', () => {
  it('costs hardly a message when nobody reads it, and one that is whole is still read at one', async () => {
    const cluster = await BootedCluster.of(3, 13);
    await cluster.execute('n1', { kind: 'put', key: KEY, value: 'v', level: 'all' });
    const idle = await trafficOf(cluster, 10_000);

    rot(cluster, 'n1');
    rot(cluster, 'n2');
    for (const name of ['n1', 'n2', 'n3']) {
      const refused = await cluster.failure(cluster.execute(name, { kind: 'get', key: KEY }));
      expect(refused.code).toBe('KV_CORRUPT');
    }
    // Each node tries twice, with a request and a reply for two replicas at most; gossip varies a little.
    expect(await trafficOf(cluster, 10_000)).toBeLessThan(idle + 100);
    const left = await cluster.execute('n3', { kind: 'get', key: KEY, level: 'one' });
    expect(left.kind === 'read' ? text(left) : undefined).toBe('v');
  });
});
