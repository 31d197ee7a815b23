import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/node/core/limits.js';
import { utf8Encode } from '../../../src/stdx/bytes.js';
import { BootedCluster, text } from './booted-cluster.js';

const KEY = utf8Encode('k');

async function fill(cluster: BootedCluster, names: readonly string[]): Promise<void> {
  for (const name of names) cluster.machine(name).disk.setFreeBytes(1_000);
  await cluster.scheduler.advance(LIMITS.diskLookMs + 1);
}

async function clear(cluster: BootedCluster, names: readonly string[]): Promise<void> {
  for (const name of names) cluster.machine(name).disk.setFreeBytes(undefined);
  await cluster.scheduler.advance(LIMITS.diskLookMs + 1);
}

/** What a read coordinated by the node itself finds. */
async function valueAt(
  cluster: BootedCluster,
  name: string,
  level: string,
): Promise<string | undefined> {
  const result = await cluster.execute(name, { kind: 'get', key: 'k', level });
  return result.kind === 'read' ? text(result) : undefined;
}

describe('a node whose disk is nearly full', () => {
  it('takes no writes, goes on with reads, says so, and takes writes again when there is space', async () => {
    const cluster = await BootedCluster.of(3, 31);
    const { client } = cluster.client('c1');
    await cluster.run(client.put(KEY, utf8Encode('1'), { level: 'all' }));
    await fill(cluster, ['n2']);

    const put = await cluster.run(client.put(KEY, utf8Encode('2')));
    expect([...put.acks].sort()).toEqual(['n1', 'n3']);
    const refused = await cluster.failure(client.put(KEY, utf8Encode('3'), { level: 'all' }));
    expect(refused.code).toBe('KV_DISK_FULL');
    expect(refused.replicas).toContainEqual(
      expect.objectContaining({ node: 'n2', state: 'disk full' }),
    );

    const { readiness } = cluster.at('n2').node;
    expect(readiness.notReady()).toBeUndefined();
    expect(await valueAt(cluster, 'n2', 'quorum')).toBe('3');
    const status = await cluster.run(client.status());
    expect(status.alerts).toContainEqual(
      expect.objectContaining({ code: 'KV_DISK_FULL', node: 'n2', severity: 'bad' }),
    );

    await clear(cluster, ['n2']);
    const again = await cluster.run(client.put(KEY, utf8Encode('4'), { level: 'all' }));
    expect(again.acks).toHaveLength(3);
    const after = await cluster.run(client.status());
    expect(after.alerts.map(({ code }) => code)).not.toContain('KV_DISK_FULL');
  });

  it('and so are the disks of the others: a write is refused with its code, and applied nowhere', async () => {
    const cluster = await BootedCluster.of(3, 32);
    const { client } = cluster.client('c1', { timeoutMs: 2_000 });
    await cluster.run(client.put(KEY, utf8Encode('1'), { level: 'all' }));
    await fill(cluster, ['n1', 'n2', 'n3']);
    const refused = await cluster.failure(client.put(KEY, utf8Encode('2')));
    expect(refused.code).toBe('KV_DISK_FULL');
    expect(text(await cluster.run(client.get(KEY, { level: 'all' })))).toBe('1');
    await clear(cluster, ['n1', 'n2', 'n3']);
    expect(text(await cluster.run(client.get(KEY, { level: 'all' })))).toBe('1');
  });

  it('is not repaired by reads, which the others answer, until there is space', async () => {
    const cluster = await BootedCluster.of(3, 33);
    const { client } = cluster.client('c1');
    await cluster.run(client.put(KEY, utf8Encode('1'), { level: 'all' }));
    await fill(cluster, ['n2']);
    await cluster.run(client.put(KEY, utf8Encode('2')));
    for (let i = 0; i < 5; i++) expect(text(await cluster.run(client.get(KEY)))).toBe('2');
    await clear(cluster, ['n2']);
    expect(text(await cluster.run(client.get(KEY, { level: 'all' })))).toBe('2');
    expect(await valueAt(cluster, 'n2', 'one')).toBe('2');
  });

  it('that starts so takes no writes from the beginning', async () => {
    const cluster = await BootedCluster.of(3, 34);
    const { client } = cluster.client('c1');
    cluster.kill('n2');
    cluster.machine('n2').disk.setFreeBytes(0);
    await cluster.start('n2');
    await cluster.scheduler.advance(10_000);
    const put = await cluster.run(client.put(KEY, utf8Encode('1')));
    expect([...put.acks].sort()).toEqual(['n1', 'n3']);
  });
});
