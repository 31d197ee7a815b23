import { beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../src/node/core/limits.js';
import { get, put, read, text, version } from './requests.js';
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

/** Lets a node hold every request back for a while. */
function slow(node: TestNode, delayMs: number): void {
  node.intercept = (request, done) => {
    node.process.after(delayMs, () => {
      node.intercept = undefined;
      node.replica.handle(request, 1_000, done);
      slow(node, delayMs);
    });
    return true;
  };
}

describe('a read that takes replicas for silent early', () => {
  it('asks the others, and answers the same', async () => {
    await cluster.run('n1', put('k', 'v', { level: 'all' }));
    for (const node of [n2, n3]) slow(node, 20);
    expect(text(read(await cluster.run('n1', get('k'))).value)).toBe('v');
    expect(n1.metrics.value('kv_read_silent_retries_total')).toBe(0);

    n1.unlikely.choose('coordinator.early-silence');
    expect(text(read(await cluster.run('n1', get('k'))).value)).toBe('v');
    expect(n1.metrics.value('kv_read_silent_retries_total')).toBe(1);
  });

  it('does not fail before its deadline', async () => {
    await cluster.run('n1', put('k', 'v', { level: 'all' }));
    for (const node of [n2, n3]) slow(node, LIMITS.requestMs - 100);
    n1.unlikely.choose('coordinator.early-silence');
    expect(text(read(await cluster.run('n1', get('k'))).value)).toBe('v');
  });
});

describe('a read that waits before it writes the winner back', () => {
  const [older, newer] = [version(1_000), version(2_000)];

  beforeEach(async () => {
    await cluster.plant('n1', 'k', { version: older, value: 'old' });
    await cluster.plant('n2', 'k', { version: newer, value: 'new' });
    n1.unlikely.choose('coordinator.late-spread');
  });

  it('does not answer before it is written, so that no later read goes back', async () => {
    const startMs = cluster.scheduler.nowMs();
    expect(text(read(await cluster.run('n1', get('k', 'all'))).value)).toBe('new');
    expect(n1.unlikely.taken('coordinator.late-spread')).toBe(1);
    expect(cluster.scheduler.nowMs() - startMs).toBeGreaterThanOrEqual(100);
    const copies = await Promise.all(['n1', 'n2', 'n3'].map((n) => cluster.copyOn(n, 'k')));
    for (const copy of copies) expect(copy).toMatchObject({ version: newer });
  });

  it('sends nothing after it has given up', async () => {
    const outcome = await cluster.run('n1', get('k', 'two'), 50);
    expect(outcome).toMatchObject({ code: 'KV_READ_TIMEOUT' });
    await cluster.scheduler.advance(1_000);
    expect(n1.served.filter(({ kind }) => kind === 'write')).toEqual([]);
  });
});

describe('a corrupt copy that waits for its healing', () => {
  it('counts for nothing meanwhile, and is replaced in the end', async () => {
    await cluster.run('n1', put('k', 'v', { level: 'all' }));
    cluster.damage('n1', 'k');
    n1.unlikely.choose('coordinator.late-heal', 1);
    expect(text(read(await cluster.run('n1', get('k'))).value)).toBe('v');
    expect(await cluster.copyOn('n1', 'k')).toBe('corrupt');
    const healed = (): boolean => n1.metrics.value('kv_corrupt_copies_healed_total') > 0;
    await cluster.scheduler.until(healed, 1_000);
    expect(await cluster.copyOn('n1', 'k')).toMatchObject({ tombstone: false });
  });
});
