import { beforeEach, describe, expect, it } from 'vitest';
import { failed, get, put, read, text, version, written } from './requests.js';
import { TestCluster } from './test-cluster.js';
import type { TestNode } from './test-node.js';

let cluster: TestCluster;
let n1: TestNode;
let n2: TestNode;

beforeEach(async () => {
  cluster = await TestCluster.start();
  [n1, n2] = [cluster.node('n1'), cluster.node('n2')];
});

describe('a corrupt copy', () => {
  it('counts for nothing, and is replaced from a quorum of the others', async () => {
    await cluster.run('n1', put('k', 'v', { level: 'all' }));
    cluster.damage('n1', 'k');
    expect(text(read(await cluster.run('n1', get('k'))).value)).toBe('v');
    await cluster.scheduler.until(
      () => n1.metrics.value('kv_corrupt_copies_healed_total') === 1,
      1000,
    );
    expect(await cluster.copyOn('n1', 'k')).toMatchObject({ tombstone: false });
  });

  it('met at level one is not replaced by what one replica has, which may have missed the last write', async () => {
    const older = version(1_000);
    const newer = version(2_000);
    await cluster.plant('n1', 'k', { version: newer, value: 'new' });
    await cluster.plant('n2', 'k', { version: newer, value: 'new' });
    await cluster.plant('n3', 'k', { version: older, value: 'old' });
    cluster.damage('n1', 'k');
    n1.believes.set(n2.id, 'suspect');
    expect(text(read(await cluster.run('n1', get('k', 'one'))).value)).toBe('old');
    await cluster.scheduler.until(
      () => n1.metrics.value('kv_corrupt_copies_healed_total') === 1,
      1000,
    );
    expect(await cluster.copyOn('n1', 'k')).toMatchObject({ version: newer });
  });

  it('met by a write does not confirm it, and is replaced', async () => {
    await cluster.run('n1', put('k', 'v', { level: 'all' }));
    cluster.damage('n3', 'k');
    const { acks } = written(await cluster.run('n1', put('k', 'w')));
    expect(acks).not.toContain('n3');
    await cluster.scheduler.until(
      () => n1.metrics.value('kv_corrupt_copies_healed_total') === 1,
      1000,
    );
    expect(text(read(await cluster.run('n3', get('k', 'one'))).value)).toBe('w');
  });

  it('is noticed as well when the damage was done on the way', async () => {
    await cluster.run('n1', put('k', 'v', { level: 'all' }));
    n1.intercept = (request, done) => {
      n1.intercept = undefined;
      n1.replica.handle(request, 1_000, (reply) => {
        if (reply.kind !== 'value' || reply.record === undefined) return;
        const record = reply.record.slice();
        record[20]! ^= 1;
        done({ ...reply, record });
      });
      return true;
    };
    expect(text(read(await cluster.run('n1', get('k'))).value)).toBe('v');
    expect(n1.metrics.value('kv_corrupt_copies_total')).toBe(1);
  });

  it('that stands between a read and its level is named', async () => {
    await cluster.run('n1', put('k', 'v', { level: 'all' }));
    cluster.damage('n2', 'k');
    const error = failed(await cluster.run('n1', get('k', 'all')));
    expect(error.code).toBe('KV_CORRUPT');
    expect(error.message).toContain('n2 corrupt');
    await cluster.scheduler.until(
      () => n1.metrics.value('kv_corrupt_copies_healed_total') === 1,
      1000,
    );
    expect(text(read(await cluster.run('n1', get('k', 'all'))).value)).toBe('v');
  });
});
