import { beforeEach, describe, expect, it } from 'vitest';
import { exists, failed, get, put, read, written } from './requests.js';
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

describe('expiry', () => {
  it('is judged at the highest clock among the replies, so that no later read brings the value back', async () => {
    // n2 is five seconds ahead of the others.
    n2.process.jumpClock(5_000);
    written(await cluster.run('n1', put('k', 'v', { ttlMs: 3_000, level: 'all' })));
    expect(read(await cluster.run('n2', get('k'))).found).toBe(false);
    // The clock of n1 has not reached the expiry, but it has heard of one that has.
    expect(n1.process.wallMs()).toBeLessThan(
      read(await cluster.run('n2', get('k'))).expiresAtMs ?? 0,
    );
    for (const level of ['quorum', 'all'])
      for (const name of ['n1', 'n2', 'n3'])
        expect(read(await cluster.run(name, get('k', level))).found, `${level} by ${name}`).toBe(
          false,
        );
  });

  it('judged by the clock of one replica is told to the others before the answer', async () => {
    written(await cluster.run('n1', put('k', 'v', { ttlMs: 3_000, level: 'all' })));
    n3.process.jumpClock(5_000);
    // The quorum of n1 and n3 finds it expired by the clock of n3 alone.
    n1.believes.set(n2.id, 'suspect');
    const first = read(await cluster.run('n1', get('k', 'quorum', { trace: true })));
    expect(first.found).toBe(false);
    expect(first.trace?.steps.map(({ node, what }) => `${node} ${what}`)).toContain('n1 clock');
    // So the quorum of n1 and n2, coordinated by n2, which has heard of nothing, cannot find it again.
    n2.believes.set(n3.id, 'down');
    expect(read(await cluster.run('n2', get('k'))).found).toBe(false);
  });

  it('that cannot be told to enough replicas is not answered', async () => {
    written(await cluster.run('n1', put('k', 'v', { ttlMs: 3_000, level: 'all' })));
    n3.process.jumpClock(5_000);
    n1.believes.set(n2.id, 'down');
    let asked = 0;
    n1.intercept = () => {
      asked += 1;
      return asked > 1;
    };
    const error = failed(await cluster.run('n1', get('k'), 300));
    expect(error.code).toBe('KV_READ_TIMEOUT');
    expect(error.message).toContain('the value has expired by one clock');
  });

  it('is judged by `exists` too, and does not make digests differ', async () => {
    written(await cluster.run('n1', put('k', 'v', { ttlMs: 1_000, level: 'all' })));
    expect(read(await cluster.run('n1', exists('k'))).found).toBe(true);
    await cluster.scheduler.advance(1_001);
    expect(read(await cluster.run('n1', exists('k'))).found).toBe(false);
    expect(read(await cluster.run('n1', get('k'))).value).toBeUndefined();
    expect(n1.metrics.value('kv_read_repairs_total')).toBe(0);
  });
});
