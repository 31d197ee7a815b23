import { beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../src/node/core/limits.js';
import { failed, get, put, read, text, version, written } from './requests.js';
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

  it('of which the others have none is dropped: it was deleted and forgotten, or never acknowledged by a quorum', async () => {
    await cluster.plant('n1', 'k', { version: version(1_000), value: 'v' });
    cluster.damage('n1', 'k');
    expect(failed(await cluster.run('n2', get('k', 'all'))).code).toBe('KV_CORRUPT');
    await cluster.scheduler.until(
      () => n2.metrics.value('kv_corrupt_copies_healed_total') === 1,
      1000,
    );
    expect(await cluster.copyOn('n1', 'k')).toBe('missing');
    expect(read(await cluster.run('n2', get('k', 'all'))).value).toBeUndefined();
  });

  it('stays where too few others say that there is none', async () => {
    await cluster.plant('n1', 'k', { version: version(1_000), value: 'v' });
    cluster.damage('n1', 'k');
    for (const one of [n1, n2]) one.believes.set(n3.id, 'down');
    expect(failed(await cluster.run('n2', get('k'))).code).toBe('KV_CORRUPT');
    await cluster.scheduler.advance(1_000);
    expect(await cluster.copyOn('n1', 'k')).toBe('corrupt');
  });

  it('that was replaced meanwhile is left alone when it was to be dropped', async () => {
    await cluster.plant('n1', 'k', { version: version(1_000), value: 'v' });
    cluster.damage('n1', 'k');
    n1.intercept = (request) => {
      if (request.kind === 'discard') cluster.damage('n1', 'k');
      return false;
    };
    expect(failed(await cluster.run('n2', get('k', 'all'))).code).toBe('KV_CORRUPT');
    await cluster.scheduler.advance(1_000);
    expect(await cluster.copyOn('n1', 'k')).toMatchObject({ version: version(1_000) });
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

function served(kind: 'read' | 'write'): number {
  return cluster.nodes.flatMap((node) => node.served.filter((request) => request.kind === kind))
    .length;
}

describe('two corrupt copies of three', () => {
  beforeEach(async () => {
    await cluster.run('n1', put('k', 'v', { level: 'all' }));
    cluster.damage('n1', 'k');
    cluster.damage('n2', 'k');
  });

  it('do not have each other healed for ever: one read by a client causes a few reads', async () => {
    const before = served('read');
    expect(failed(await cluster.run('n1', get('k'))).code).toBe('KV_CORRUPT');
    await cluster.scheduler.advance(1_000);
    // Three for the client, and two for the healing of each of two copies.
    expect(served('read') - before).toBeLessThanOrEqual(7);
    expect(n1.log.lines.length).toBeLessThanOrEqual(4);
  });

  it('are healed only where a client met them: what a healing meets begins no other', async () => {
    n1.believes.set(n2.id, 'suspect');
    expect(text(read(await cluster.run('n1', get('k', 'one'))).value)).toBe('v');
    await cluster.scheduler.advance(1_000);
    expect(n1.metrics.value('kv_corrupt_copies_total')).toBe(2);
    expect(n1.log.lines.map(({ fields }) => fields['node'])).toEqual(['n1', 'n1']);
  });

  it('are healed in vain ever more seldom, however often a client reads', async () => {
    const reads = 400;
    const before = served('read');
    for (let i = 0; i < reads; i++) {
      await cluster.run('n1', get('k'));
      await cluster.scheduler.advance(100);
    }
    // 40 s: tries after 0, 1, 3, 7, 15, 23, 31 and 39 s, of two copies, with two reads each.
    expect(served('read') - before).toBeLessThanOrEqual(3 * reads + 8 * 2 * 2);
    expect(n1.log.lines.length).toBeLessThanOrEqual(8 * 2 * 2);
    expect(await cluster.copyOn('n3', 'k')).toMatchObject({ tombstone: false });
  });

  it('are healed by the first read after the longest wait, once the others are whole again', async () => {
    for (let i = 0; i < 40; i++) {
      await cluster.run('n1', get('k'));
      await cluster.scheduler.advance(1_000);
    }
    cluster.damage('n2', 'k');
    await cluster.scheduler.advance(LIMITS.healAgainMaxMs);
    expect(text(read(await cluster.run('n1', get('k'))).value)).toBe('v');
    await cluster.scheduler.until(
      () => n1.metrics.value('kv_corrupt_copies_healed_total') === 1,
      1000,
    );
    expect(await cluster.copyOn('n1', 'k')).toMatchObject({ tombstone: false });
  });
});

describe('a corrupt copy that many operations meet', () => {
  it('is healed once, however many meet it meanwhile', async () => {
    await cluster.run('n1', put('k', 'v', { level: 'all' }));
    cluster.damage('n3', 'k');
    const before = served('write');
    n3.unlikely.choose('coordinator.late-heal');
    const reads = Array.from({ length: 10 }, () => cluster.begin('n3', get('k')));
    for (const result of await cluster.scheduler.settle(Promise.all(reads), 1_000))
      expect(text(read(result).value)).toBe('v');
    await cluster.scheduler.advance(2_000);
    expect(n3.metrics.value('kv_corrupt_copies_total')).toBe(10);
    expect(n3.metrics.value('kv_corrupt_copies_healed_total')).toBe(1);
    expect(served('write') - before).toBe(1);
  });

  it('is healed again at once when it rots again after it was healed', async () => {
    await cluster.run('n1', put('k', 'v', { level: 'all' }));
    for (const times of [1, 2, 3]) {
      cluster.damage('n1', 'k');
      expect(text(read(await cluster.run('n1', get('k'))).value)).toBe('v');
      const healed = (): boolean => n1.metrics.value('kv_corrupt_copies_healed_total') === times;
      await cluster.scheduler.until(healed, 500);
    }
  });
});
