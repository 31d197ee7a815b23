import { beforeEach, describe, expect, it } from 'vitest';
import { decodeDataKey, DATA_KEYS } from '../../../src/node/core/version/data-key.js';
import type {
  NamespaceChange,
  NamespaceChanged,
} from '../../../src/node/core/views/namespace-views.js';
import { SHARD_FOLDER } from '../../../src/node/store/store.js';
import { assert } from '../../../src/stdx/assert.js';
import { BootedCluster, text, type NodeOperation } from './booted-cluster.js';

const ORDERS = {
  name: 'orders',
  mode: 'lww',
  replication: undefined,
  defaultTtlMs: undefined,
  defaultLevel: 'quorum',
} as const;

let cluster: BootedCluster;

beforeEach(async () => {
  cluster = await BootedCluster.of(3, 5);
});

async function change(name: string, what: NamespaceChange): Promise<NamespaceChanged> {
  return await cluster.run(cluster.at(name).node.admin.namespaces.change(what, 5_000));
}

async function get(
  name: string,
  operation: Omit<NodeOperation, 'kind'>,
): Promise<string | undefined> {
  const result = await cluster.execute(name, { ...operation, kind: 'get' });
  assert(result.kind === 'read', 'a get is answered by a read');
  return text(result);
}

/** The ids of the namespaces of which a disk has records. */
function onDisk(name: string): readonly number[] {
  const keys = cluster.machine(name).disk.keys(SHARD_FOLDER, DATA_KEYS);
  return [...new Set(keys.map((key) => decodeDataKey(key).namespace))];
}

describe('a new namespace', () => {
  it('can be used on every node as soon as it was made, and has keys of its own', async () => {
    const { behind } = await change('n1', { action: 'create', namespace: ORDERS });
    expect(behind).toEqual([]);
    await cluster.execute('n2', { kind: 'put', key: 'k', value: 'in default' });
    await cluster.execute('n3', { kind: 'put', key: 'k', value: 'in orders', namespace: 'orders' });
    expect(await get('n1', { key: 'k' })).toBe('in default');
    expect(await get('n2', { key: 'k', namespace: 'orders' })).toBe('in orders');
  });

  it('keeps as many copies as it was made with', async () => {
    await change('n1', { action: 'create', namespace: { ...ORDERS, replication: { dc1: 1 } } });
    await cluster.execute('n2', { kind: 'put', key: 'k', value: 'v', namespace: 'orders' });
    await cluster.execute('n2', { kind: 'put', key: 'k', value: 'v', level: 'all' });
    const { id } = cluster.view('n1').metadata.namespaces[1]!;
    expect(['n1', 'n2', 'n3'].filter((name) => onDisk(name).includes(id))).toHaveLength(1);
    expect(['n1', 'n2', 'n3'].filter((name) => onDisk(name).includes(1))).toHaveLength(3);
  });

  it('has a default life and a default level, which can be altered', async () => {
    await change('n1', {
      action: 'create',
      namespace: { ...ORDERS, defaultTtlMs: 30_000, defaultLevel: 'all' },
    });
    await cluster.execute('n1', {
      kind: 'put',
      key: 'a',
      value: 'v',
      namespace: 'orders',
      level: '',
    });
    await change('n2', {
      action: 'alter',
      name: 'orders',
      defaultTtlMs: 'none',
      defaultLevel: 'one',
    });
    await cluster.execute('n1', {
      kind: 'put',
      key: 'b',
      value: 'v',
      namespace: 'orders',
      level: '',
    });
    expect(cluster.view('n3').metadata.namespaces[1]).toMatchObject({
      defaultTtlMs: undefined,
      defaultLevel: 'one',
    });
    await cluster.scheduler.advance(31_000);
    expect(await get('n3', { key: 'a', namespace: 'orders' })).toBeUndefined();
    expect(await get('n3', { key: 'b', namespace: 'orders' })).toBe('v');
  });

  it('is refused by every node under a name that it does not have', async () => {
    await change('n1', { action: 'create', namespace: ORDERS });
    const refused = await cluster.failure(get('n2', { key: 'k', namespace: 'order' }));
    expect(refused.code).toBe('KV_NAMESPACE_UNKNOWN');
    expect(refused.message).toContain('did you mean orders?');
  });

  it('with fewer copies than others is what the verdict on the cluster goes by where it is off worst', async () => {
    await change('n1', { action: 'create', namespace: { ...ORDERS, replication: { dc1: 1 } } });
    cluster.kill('n3');
    await cluster.until(() => cluster.sees('n1', 'n3') === 'down');
    const status = await cluster.run(cluster.at('n1').node.admin.status());
    expect(status.health).toBe('CRITICAL');
    expect(status.ranges).toMatchObject({
      ...{ full: 0, noQuorum: 16, degraded: 32, total: 48 },
      noQuorumIn: ['orders'],
    });
  });

  it('names the nodes that have not heard of it', async () => {
    cluster.kill('n3');
    const { behind } = await change('n1', { action: 'create', namespace: ORDERS });
    expect(behind).toEqual(['n3']);
  });
});

describe('a namespace that is dropped', () => {
  beforeEach(async () => {
    await change('n1', { action: 'create', namespace: ORDERS });
    for (let i = 0; i < 300; i++)
      await cluster.execute('n1', {
        kind: 'put',
        key: `k${i}`,
        value: 'v',
        namespace: 'orders',
        level: 'all',
      });
    await cluster.execute('n1', { kind: 'put', key: 'k', value: 'kept', level: 'all' });
  });

  it('cannot be read any more, and its bytes go on all nodes, without those of others', async () => {
    await change('n2', { action: 'drop', name: 'orders' });
    const refused = await cluster.failure(get('n3', { key: 'k1', namespace: 'orders' }));
    expect(refused.code).toBe('KV_NAMESPACE_UNKNOWN');
    await cluster.until(() => ['n1', 'n2', 'n3'].every((name) => onDisk(name).length === 1));
    expect(await get('n3', { key: 'k' })).toBe('kept');
  });

  it('is empty when it is made again, though a node was away and has the old bytes', async () => {
    cluster.kill('n3');
    await change('n1', { action: 'drop', name: 'orders' });
    await change('n1', { action: 'create', namespace: ORDERS });
    await cluster.start('n3');
    await cluster.until(() => cluster.epoch('n3') === cluster.epoch('n1'));
    for (const level of ['one', 'quorum', 'all'])
      expect(await get('n3', { key: 'k7', namespace: 'orders', level })).toBeUndefined();
    await cluster.until(() => onDisk('n3').length === 1);
    await cluster.scheduler.advance(120_000);
    expect(await get('n1', { key: 'k7', namespace: 'orders', level: 'all' })).toBeUndefined();
    expect(onDisk('n1')).toEqual([1]);
  });

  it('leaves no difference between the grid and the records', async () => {
    await change('n2', { action: 'drop', name: 'orders' });
    await cluster.until(() => ['n1', 'n2', 'n3'].every((name) => onDisk(name).length === 1));
    const { upkeep } = cluster.at('n1').node.admin;
    upkeep.job({ kind: 'verify', action: 'start', range: undefined });
    const state = (): string =>
      upkeep.job({ kind: 'verify', action: 'status', range: undefined }).state;
    await cluster.until(() => state() !== 'running');
    expect(upkeep.job({ kind: 'verify', action: 'status', range: undefined })).toMatchObject({
      state: 'done',
    });
  });
});
