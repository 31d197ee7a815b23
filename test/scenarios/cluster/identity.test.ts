import { describe, expect, it } from 'vitest';
import { utf8Encode } from '../../../src/stdx/bytes.js';
import { BootedCluster, text } from './booted-cluster.js';

/** Three nodes with one acknowledged write. */
async function withData(size = 3): Promise<BootedCluster> {
  const cluster = await BootedCluster.of(size);
  const { client } = cluster.client('c1');
  await cluster.run(client.put(utf8Encode('k'), utf8Encode('v'), { level: 'all' }));
  return cluster;
}

describe('a copy of the data directory of a node', () => {
  it('that runs beside the original is refused, and so is the original; the others go on', async () => {
    const cluster = await withData();
    cluster.kill('n3');
    cluster.addMachine('n3-copy', cluster.machine('n3').disk.copy());
    const original = await cluster.start('n3');
    await cluster.until(() => cluster.sees('n1', 'n3') === 'up');

    const end = await cluster.startRefused('n3-copy');
    expect(end.code).toBe('KV_CLONE');
    expect(end.message).toContain('n3');
    await cluster.until(() => original.ended() !== undefined);
    expect(cluster.reasonOf(original).code).toBe('KV_CLONE');

    const { client } = cluster.client('c2');
    const put = await cluster.run(client.put(utf8Encode('k'), utf8Encode('w')));
    expect([...put.acks].sort()).toEqual(['n1', 'n2']);
  });

  it('is one node again when only the original is started once more', async () => {
    const cluster = await withData();
    cluster.kill('n3');
    cluster.addMachine('n3-copy', cluster.machine('n3').disk.copy());
    const original = await cluster.start('n3');
    await cluster.until(() => cluster.sees('n1', 'n3') === 'up');
    await cluster.startRefused('n3-copy');
    await cluster.until(() => original.ended() !== undefined);

    await cluster.start('n3');
    await cluster.scheduler.advance(5_000);
    const { client } = cluster.client('c2');
    const put = await cluster.run(client.put(utf8Encode('k'), utf8Encode('w'), { level: 'all' }));
    expect(put.acks).toHaveLength(3);
  });
});

describe('an old image of the disk of a node', () => {
  it('is refused by those who have seen more of it, and is never asked for data', async () => {
    const cluster = await withData();
    const image = cluster.machine('n3').disk.copy();
    cluster.kill('n3');
    await cluster.start('n3');
    await cluster.until(() => cluster.sees('n1', 'n3') === 'up');
    cluster.kill('n3');
    await cluster.start('n3');
    await cluster.until(() => cluster.sees('n1', 'n3') === 'up');
    const { client } = cluster.client('c2');
    await cluster.run(client.put(utf8Encode('k'), utf8Encode('new'), { level: 'all' }));
    cluster.kill('n3');

    cluster.addMachine('n3', image);
    const end = await cluster.startRefused('n3');
    expect(end.code).toBe('KV_ROLLED_BACK');
    expect(text(await cluster.run(client.get(utf8Encode('k'))))).toBe('new');
  });
});

describe('a node that was removed from the cluster', () => {
  it('stops, and its identity never starts again', async () => {
    const cluster = await withData(4);
    const n4 = cluster.at('n4');
    await cluster.remove('n1', 'n4');
    await cluster.until(() => n4.ended() !== undefined);
    expect(cluster.reasonOf(n4).code).toBe('KV_IDENTITY_REMOVED');

    const again = await cluster.startRefused('n4');
    expect(again.code).toBe('KV_IDENTITY_REMOVED');
  });

  it('while it was away is told so when it comes back', async () => {
    const cluster = await withData(4);
    cluster.kill('n4');
    await cluster.remove('n1', 'n4');
    const end = await cluster.startRefused('n4');
    expect(end.code).toBe('KV_IDENTITY_REMOVED');
    for (const { node } of cluster.running()) {
      const n4 = node.admin.describe().nodes.find((one) => one.name === 'n4');
      expect(n4?.membership).toBe('removed');
    }
  });
});
