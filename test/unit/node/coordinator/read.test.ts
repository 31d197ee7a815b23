import { beforeEach, describe, expect, it } from 'vitest';
import type { DataRequest } from '../../../../src/node/core/messages.js';
import { LIMITS } from '../../../../src/node/core/limits.js';
import { exists, failed, get, put, read, text, version } from './requests.js';
import { TestCluster } from './test-cluster.js';
import type { TestNode } from './test-node.js';

let cluster: TestCluster;
let n1: TestNode;
let n2: TestNode;
let n3: TestNode;

beforeEach(async () => {
  cluster = await TestCluster.start();
  [n1, n2, n3] = [cluster.node('n1'), cluster.node('n2'), cluster.node('n3')];
});

/** How many requests of each kind the replicas have served since the last look. */
function servedSince(nodes: readonly TestNode[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { served } of nodes)
    for (const request of served.splice(0)) {
      const what = kindOf(request);
      counts[what] = (counts[what] ?? 0) + 1;
    }
  return counts;
}

function kindOf(request: DataRequest): string {
  if (request.kind === 'read') return request.mode;
  return request.kind === 'write' && request.repair ? 'repair' : request.kind;
}

describe('a read', () => {
  beforeEach(async () => {
    await cluster.run('n1', put('k', 'v', { level: 'all' }));
    for (const { served } of cluster.nodes) served.length = 0;
  });

  it('takes the value from one replica, itself first, and digests from as many others as its level needs', async () => {
    expect(text(read(await cluster.run('n1', get('k'))).value)).toBe('v');
    expect(n1.served).toMatchObject([{ mode: 'value' }]);
    expect(servedSince(cluster.nodes)).toEqual({ value: 1, digest: 1 });
    await cluster.run('n1', get('k', 'one'));
    expect(servedSince(cluster.nodes)).toEqual({ value: 1 });
    await cluster.run('n1', get('k', 'all'));
    expect(servedSince(cluster.nodes)).toEqual({ value: 1, digest: 2 });
  });

  it('that only asks for existence reads digests', async () => {
    const found = read(await cluster.run('n1', exists('k')));
    expect(found).toMatchObject({ found: true, value: undefined });
    expect(servedSince(cluster.nodes)).toEqual({ digest: 2 });
  });

  it('of a key that nobody has is not found', async () => {
    expect(read(await cluster.run('n1', get('other', 'all')))).toMatchObject({
      found: false,
      value: undefined,
      version: undefined,
    });
  });

  it('asks another replica when one fails', async () => {
    n1.intercept = (_request, done) => {
      done({ kind: 'failed', code: 'KV_OVERLOADED', message: 'full' });
      return true;
    };
    expect(text(read(await cluster.run('n1', get('k'))).value)).toBe('v');
    expect(servedSince([n2, n3])).toEqual({ value: 1, digest: 1 });
  });

  it('asks another replica when one is silent for 50 ms, and asks that one last for a while', async () => {
    n1.intercept = () => true;
    const before = cluster.scheduler.nowMs();
    expect(text(read(await cluster.run('n1', get('k'))).value)).toBe('v');
    const took = cluster.scheduler.nowMs() - before;
    expect(took).toBeGreaterThanOrEqual(LIMITS.silentReplicaMs);
    expect(took).toBeLessThan(LIMITS.silentReplicaMs + 10);
    expect(n1.metrics.value('kv_read_silent_retries_total')).toBe(1);
    const again = cluster.scheduler.nowMs();
    read(await cluster.run('n1', get('k')));
    expect(cluster.scheduler.nowMs() - again).toBeLessThan(5);
    expect(n1.metrics.value('kv_read_silent_retries_total')).toBe(1);
  });

  it('does not ask a replica that is down or cut off', async () => {
    n1.believes.set(n2.id, 'down');
    read(await cluster.run('n1', get('k')));
    expect(n2.served).toEqual([]);
    cluster.network.kill(n3.process);
    await cluster.scheduler.advance(5);
    const error = failed(await cluster.run('n1', get('k')));
    expect(error.code).toBe('KV_UNAVAILABLE');
    expect(error.message).toMatch(/^unavailable: read needs 2 of 3 replicas, 1 is alive \(/);
  });

  it('that too few answer in time says who did', async () => {
    n2.intercept = () => true;
    n3.intercept = () => true;
    const error = failed(await cluster.run('n1', get('k'), 300));
    expect(error.code).toBe('KV_READ_TIMEOUT');
    expect(error.message).toMatch(/^read timeout: quorum needs 2 of 3 replicas, 1 answered \(/);
    expect(error.replicas.filter(({ state }) => state === 'no answer')).toHaveLength(2);
  });

  it('is overloaded when queues are what stands in its way', async () => {
    for (const node of [n2, n3])
      node.intercept = (_request, done) => {
        done({ kind: 'failed', code: 'KV_OVERLOADED', message: 'full' });
        return true;
      };
    expect(failed(await cluster.run('n1', get('k'))).code).toBe('KV_OVERLOADED');
  });

  it('traced tells every hop', async () => {
    n1.believes.set(n3.id, 'down');
    const { trace } = read(await cluster.run('n1', get('k', 'quorum', { trace: true })));
    expect(trace).toMatchObject({
      operation: 'get',
      coordinator: 'n1',
      coordinatorIsReplica: true,
      level: 'quorum',
      needed: 2,
      replicas: 3,
      outcome: 'ok',
      readRepair: 'none',
    });
    const steps = trace?.steps.map(({ node, what, note }) => `${node} ${what} ${note.slice(0, 4)}`);
    const stamp = n1.hlc.read().ms.toString(16).padStart(12, '0').slice(0, 4);
    expect(steps?.toSorted()).toEqual(
      [`n1 full read ${stamp}`, `n2 digest ${stamp}`, 'n3 read not '].toSorted(),
    );
    expect(read(await cluster.run('n1', get('k'))).trace).toBeUndefined();
  });
});

describe('copies that differ', () => {
  const older = version(1_000);
  const newer = version(2_000);

  it('are repaired before the answer, on as many replicas as the level needs', async () => {
    await cluster.plant('n1', 'k', { version: older, value: 'old' });
    await cluster.plant('n2', 'k', { version: newer, value: 'new' });
    n1.believes.set(n3.id, 'down');
    expect(text(read(await cluster.run('n1', get('k'))).value)).toBe('new');
    const copy = await cluster.copyOn('n1', 'k');
    expect(copy).toMatchObject({ version: newer });
    expect(n1.metrics.value('kv_read_repairs_total')).toBe(1);
    expect(servedSince([n3])).toEqual({});
    expect(text(read(await cluster.run('n1', get('k'))).value)).toBe('new');
    expect(n1.metrics.value('kv_read_repairs_total')).toBe(1);
  });

  it('are repaired for `exists` and for a deletion as well', async () => {
    await cluster.plant('n1', 'k', { version: older, value: 'old' });
    await cluster.plant('n2', 'k', { version: newer, value: undefined });
    await cluster.plant('n3', 'k', { version: newer, value: undefined });
    expect(read(await cluster.run('n1', exists('k'))).found).toBe(false);
    expect(await cluster.copyOn('n1', 'k')).toMatchObject({ tombstone: true });
  });

  it('a missing copy is one of them', async () => {
    await cluster.plant('n2', 'k', { version: newer, value: 'new' });
    await cluster.plant('n3', 'k', { version: newer, value: 'new' });
    expect(text(read(await cluster.run('n1', get('k', 'all'))).value)).toBe('new');
    expect(await cluster.copyOn('n1', 'k')).toMatchObject({ version: newer });
  });

  it('are repaired on another replica when one does not take the winner', async () => {
    await cluster.plant('n2', 'k', { version: newer, value: 'new' });
    n1.intercept = (request, done) => {
      if (request.kind !== 'write') return false;
      done({ kind: 'failed', code: 'KV_OVERLOADED', message: 'full' });
      return true;
    };
    n1.believes.set(n3.id, 'suspect');
    expect(text(read(await cluster.run('n1', get('k'))).value)).toBe('new');
    expect(await cluster.copyOn('n3', 'k')).toMatchObject({ version: newer });
  });

  it('are repaired on another replica when one is silent', async () => {
    await cluster.plant('n2', 'k', { version: newer, value: 'new' });
    n1.intercept = (request) => request.kind === 'write';
    n1.believes.set(n3.id, 'suspect');
    const before = cluster.scheduler.nowMs();
    expect(text(read(await cluster.run('n1', get('k'))).value)).toBe('new');
    expect(cluster.scheduler.nowMs() - before).toBeLessThan(LIMITS.silentReplicaMs + 15);
    expect(await cluster.copyOn('n3', 'k')).toMatchObject({ version: newer });
  });

  it('that cannot be repaired in time are not answered', async () => {
    await cluster.plant('n2', 'k', { version: newer, value: 'new' });
    n1.intercept = (request) => request.kind === 'write';
    n1.believes.set(n3.id, 'down');
    const error = failed(await cluster.run('n1', get('k'), 400));
    expect(error.code).toBe('KV_READ_TIMEOUT');
    expect(error.message).toContain('the copies differ');
  });

  it('count a replica that holds something newer by now as repaired', async () => {
    await cluster.plant('n1', 'k', { version: older, value: 'old' });
    await cluster.plant('n2', 'k', { version: newer, value: 'new' });
    const newest = version(3_000);
    n1.intercept = (request, done) => {
      if (request.kind !== 'write') return false;
      n1.intercept = undefined;
      void cluster.beginPlant('n1', 'k', { version: newest, value: 'newest' }).then(() => {
        n1.replica.handle(request, 1000, done);
      });
      return true;
    };
    n1.believes.set(n3.id, 'down');
    expect(text(read(await cluster.run('n1', get('k'))).value)).toBe('new');
    expect(await cluster.copyOn('n1', 'k')).toMatchObject({ version: newest });
  });

  it('are not noticed at level one', async () => {
    await cluster.plant('n1', 'k', { version: older, value: 'old' });
    await cluster.plant('n2', 'k', { version: newer, value: 'new' });
    expect(text(read(await cluster.run('n1', get('k', 'one'))).value)).toBe('old');
    expect(servedSince([n2, n3])).toEqual({});
  });
});
