import { describe, expect, it } from 'vitest';
import { tokenOf } from '../../../src/node/core/ring/token.js';
import { encodeDataKey } from '../../../src/node/core/version/data-key.js';
import { decodeRecord } from '../../../src/node/core/version/record-codec.js';
import { SHARD_FOLDER } from '../../../src/node/store/store.js';
import { utf8Encode } from '../../../src/stdx/bytes.js';
import { BootedCluster, text } from './booted-cluster.js';

const NODES = ['n1', 'n2', 'n3'];
/** Bound on skew, time of an attempt, and a walk. */
const SWEPT_MS = 20_000;

/** What each node holds of a key: the length of its value, or that it is a tombstone. */
function copies(cluster: BootedCluster, key: string): readonly (number | string)[] {
  const bytes = utf8Encode(key);
  const { namespaces } = cluster.view('n1').metadata;
  const dataKey = encodeDataKey({
    namespace: namespaces[0]!.id,
    token: tokenOf(bytes),
    key: bytes,
  });
  return NODES.map((name) => {
    const value = cluster.machine(name).disk.valueOf(SHARD_FOLDER, dataKey);
    const record = value === undefined ? undefined : decodeRecord(dataKey, value);
    if (typeof record !== 'object') return 'none';
    return record.tombstone ? 'tombstone' : record.value.length;
  });
}

describe('a value that expired', () => {
  it('is dropped by every replica, is absent for everybody, and may be written again', async () => {
    const cluster = await BootedCluster.of(3, 21);
    const { client } = cluster.client('c1');
    await cluster.run(
      client.put(utf8Encode('k'), utf8Encode('12345'), { level: 'all', ttlMs: 2_000 }),
    );
    expect(copies(cluster, 'k')).toEqual([5, 5, 5]);
    await cluster.scheduler.advance(2_000 + SWEPT_MS);
    expect(copies(cluster, 'k')).toEqual(['tombstone', 'tombstone', 'tombstone']);
    expect((await cluster.run(client.get(utf8Encode('k'), { level: 'all' }))).found).toBe(false);
    await cluster.run(client.put(utf8Encode('k'), utf8Encode('again'), { level: 'all' }));
    expect(text(await cluster.run(client.get(utf8Encode('k'), { level: 'all' })))).toBe('again');
    expect(copies(cluster, 'k')).toEqual([5, 5, 5]);
  });

  it('is absent also where one replica has swept and the others have not, and a read makes them equal', async () => {
    const cluster = await BootedCluster.of(3, 22);
    const { client } = cluster.client('c1');
    cluster.kill('n3');
    await cluster.run(client.put(utf8Encode('k'), utf8Encode('12345'), { ttlMs: 2_000 }));
    await cluster.scheduler.advance(2_000 + SWEPT_MS);
    await cluster.start('n3');
    await cluster.scheduler.advance(10_000);
    const read = await cluster.run(client.get(utf8Encode('k'), { level: 'all' }));
    expect(read.found).toBe(false);
    expect(copies(cluster, 'k')).toEqual(['tombstone', 'tombstone', 'tombstone']);
  });

  it('is kept for its whole life by a node whose clock is an hour ahead', async () => {
    const cluster = await BootedCluster.of(3, 23);
    const { client } = cluster.client('c1');
    await cluster.run(
      client.put(utf8Encode('k'), utf8Encode('12345'), { level: 'all', ttlMs: 600_000 }),
    );
    cluster.stepClock('n2', 3_600_000);
    await cluster.scheduler.advance(120_000);
    expect(copies(cluster, 'k')).toEqual([5, 5, 5]);
    expect(text(await cluster.run(client.get(utf8Encode('k'))))).toBe('12345');
  });
});
