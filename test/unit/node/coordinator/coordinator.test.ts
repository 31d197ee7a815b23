import { beforeEach, describe, expect, it } from 'vitest';
import { KvError } from '../../../../src/node/core/errors.js';
import { LIMITS } from '../../../../src/node/core/limits.js';
import { utf8Encode } from '../../../../src/stdx/bytes.js';
import { failed, get, put, read, text, written } from './requests.js';
import { TestCluster } from './test-cluster.js';
import type { TestNode } from './test-node.js';

let cluster: TestCluster;
let n1: TestNode;

beforeEach(async () => {
  cluster = await TestCluster.start();
  n1 = cluster.node('n1');
});

describe('a coordinator', () => {
  it('refuses what is not well formed, with the code that says what', async () => {
    const code = async (request: Parameters<TestCluster['run']>[1]): Promise<string> =>
      failed(await cluster.run('n1', request)).code;
    expect(await code(get(''))).toBe('KV_KEY_INVALID');
    expect(await code(get('k'.repeat(LIMITS.keyBytes + 1)))).toBe('KV_KEY_INVALID');
    expect(await code({ ...put('k', ''), value: new Uint8Array(1024 * 1024 + 1) })).toBe(
      'KV_VALUE_TOO_LARGE',
    );
    expect(await code(get('k', 'quorun'))).toBe('KV_LEVEL_UNKNOWN');
    expect(await code(get('k', 'any'))).toBe('KV_LEVEL_NOT_HERE');
    expect(await code(get('k', 'serial'))).toBe('KV_LEVEL_NOT_HERE');
    expect(await code({ ...get('k'), namespace: 'nowhere' })).toBe('KV_NAMESPACE_UNKNOWN');
    written(await cluster.run('n1', put('k'.repeat(LIMITS.keyBytes), '')));
    written(await cluster.run('n1', { ...put('k', ''), value: new Uint8Array(1024 * 1024) }));
  });

  it('refuses a level that the replication cannot meet', async () => {
    const small = await TestCluster.start({ nodes: 2 });
    const error = failed(await small.run('n1', put('k', 'v', { level: 'three' })));
    expect(error.code).toBe('KV_LEVEL_UNREACHABLE');
    expect(error.message).toContain('needs 3 replicas, but a key has 2 copies');
  });

  it('uses the level of the namespace when a request names none', async () => {
    const { trace } = read(await cluster.run('n1', get('k', '', { trace: true })));
    expect(trace?.level).toBe('quorum');
  });

  it('drops what has expired before anything is done', async () => {
    expect(failed(await cluster.run('n1', get('k'), 0)).code).toBe('KV_READ_TIMEOUT');
    expect(failed(await cluster.run('n1', put('k', 'v'), -1))).toMatchObject({
      code: 'KV_WRITE_TIMEOUT',
      outcome: 'not_applied',
    });
    expect(n1.served).toEqual([]);
  });

  it('that is not ready answers why', async () => {
    n1.notReady = new KvError('KV_NOT_READY', 'the node is draining');
    expect(failed(await cluster.run('n1', get('k'))).code).toBe('KV_NOT_READY');
  });

  it('takes on no more bytes than its budget, says so at once, and recovers', async () => {
    for (const node of cluster.nodes) node.intercept = () => true;
    const value = 'x'.repeat(1024 * 1024);
    const fits = Math.floor(LIMITS.clientQueueBytes / (value.length + 1024));
    const running = Array.from({ length: fits }, (_, i) =>
      cluster.begin('n1', put(`k${i}`, value)),
    );
    const before = cluster.scheduler.nowMs();
    const error = failed(await cluster.run('n1', put('one-more', value)));
    expect(error).toMatchObject({ code: 'KV_OVERLOADED', outcome: 'not_applied' });
    expect(cluster.scheduler.nowMs()).toBe(before);
    for (const result of await cluster.scheduler.settle(Promise.all(running), 10_000))
      expect(failed(result).code).toMatch(/KV_WRITE_TIMEOUT|KV_OVERLOADED/);
    expect(n1.budget.usedBytes).toBe(0);
    for (const node of cluster.nodes) node.intercept = undefined;
    written(await cluster.run('n1', put('k', value)));
  });

  it('counts operations by kind, level and outcome, and shows the last minute', async () => {
    await cluster.run('n1', put('k', 'v'));
    await cluster.run('n1', get('k'));
    await cluster.run('n1', get('k', 'made-up'));
    const count = (kind: string, level: string, outcome: string): number =>
      n1.metrics.value('kv_coordinator_operations_total', { kind, level, outcome });
    expect(count('put', 'quorum', 'ok')).toBe(1);
    expect(count('get', 'quorum', 'ok')).toBe(1);
    expect(count('get', 'invalid', 'KV_LEVEL_UNKNOWN')).toBe(1);
    const { reads, writes } = n1.coordinator.stats();
    expect(reads.perSecond).toBeGreaterThan(0);
    expect(writes.p99Ms).toBeGreaterThan(0);
    await cluster.scheduler.advance(120_000);
    expect(n1.coordinator.stats().reads).toEqual({
      perSecond: 0,
      p50Ms: undefined,
      p99Ms: undefined,
    });
  });

  it('shows what each replica of a key holds, and which did not say', async () => {
    await cluster.run('n1', put('k', 'value', { level: 'all' }));
    cluster.damage('n2', 'k');
    cluster.node('n3').intercept = () => true;
    const inspected = await cluster.scheduler.settle(
      n1.coordinator.inspect(utf8Encode('k'), { namespace: 'default', remainingMs: 500 }),
      1_000,
    );
    expect(inspected.get(n1.id)).toMatchObject({ kind: 'digest', digest: { sizeBytes: 5 } });
    expect(inspected.get(cluster.node('n2').id)).toEqual({ kind: 'corrupt' });
    expect(inspected.get(cluster.node('n3').id)).toMatchObject({
      kind: 'failed',
      code: 'KV_READ_TIMEOUT',
    });
  });

  it('that is no replica coordinates all the same', async () => {
    const large = await TestCluster.start({ nodes: 6 });
    const outsider = large.nodes.find(({ name }) => !large.ownersOf('k').includes(name));
    const name = outsider?.name ?? '';
    written(await large.run(name, put('k', 'v', { level: 'all' })));
    const found = read(await large.run(name, get('k', 'quorum', { trace: true })));
    expect(text(found.value)).toBe('v');
    expect(found.trace?.coordinatorIsReplica).toBe(false);
    expect(outsider?.served).toEqual([]);
  });
});

describe('levels over two data centres', () => {
  beforeEach(async () => {
    cluster = await TestCluster.start({
      nodes: 6,
      dcs: ['east', 'west', 'east', 'west', 'east', 'west'],
    });
  });

  const cutOff = (dc: 'east' | 'west'): void => {
    const names = dc === 'east' ? ['n1', 'n3', 'n5'] : ['n2', 'n4', 'n6'];
    for (const name of names) cluster.node(name).intercept = () => true;
  };

  it('a local quorum needs its own data centre only', async () => {
    cutOff('west');
    const { acks } = written(await cluster.run('n1', put('k', 'v', { level: 'local-quorum' })));
    expect(acks.every((name) => ['n1', 'n3', 'n5'].includes(name))).toBe(true);
    expect(text(read(await cluster.run('n1', get('k', 'local-quorum'))).value)).toBe('v');
    expect(text(read(await cluster.run('n1', get('k', 'local-one'))).value)).toBe('v');
    expect(
      failed(await cluster.run('n1', put('k', 'w', { level: 'each-quorum' }), 300)).message,
    ).toContain('each-quorum needs 2 of 3 replicas in data centre west, 0 confirmed');
    expect(failed(await cluster.run('n1', get('k', 'quorum'), 300)).code).toBe('KV_READ_TIMEOUT');
  });

  it('a quorum of each needs both, for reads as well', async () => {
    written(await cluster.run('n1', put('k', 'v', { level: 'each-quorum' })));
    const found = read(await cluster.run('n2', get('k', 'each-quorum', { trace: true })));
    expect(text(found.value)).toBe('v');
    expect(found.trace?.needed).toBe(4);
    cutOff('east');
    expect(failed(await cluster.run('n2', get('k', 'each-quorum'), 300)).message).toContain(
      'data centre east',
    );
  });
});
