import { beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../src/node/core/limits.js';
import { compareVersions } from '../../../../src/node/core/version/version.js';
import { failed, get, put, read, remove, text, version, written } from './requests.js';
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

describe('a write', () => {
  it('is sent to all replicas and read back, from any coordinator', async () => {
    const { acks, warnings } = written(await cluster.run('n1', put('k', 'v', { level: 'all' })));
    expect(acks.toSorted()).toEqual(['n1', 'n2', 'n3']);
    expect(warnings).toEqual([]);
    for (const name of ['n1', 'n2', 'n3'])
      expect(text(read(await cluster.run(name, get('k', 'one'))).value)).toBe('v');
  });

  it('is acknowledged at its level, while the others still work', async () => {
    n2.intercept = () => true;
    n3.intercept = () => true;
    expect(written(await cluster.run('n1', put('k', 'v', { level: 'one' }))).acks).toEqual(['n1']);
    n3.intercept = undefined;
    const acks = written(await cluster.run('n1', put('k', 'w'))).acks;
    expect(acks.toSorted()).toEqual(['n1', 'n3']);
  });

  it('is refused before anything is sent when too few replicas are alive, naming them', async () => {
    n1.believes.set(n2.id, 'down');
    n1.believes.set(n3.id, 'down');
    const error = failed(await cluster.run('n1', put('k', 'v')));
    expect(error).toMatchObject({ code: 'KV_UNAVAILABLE', outcome: 'not_applied' });
    expect(error.message).toBe(
      'unavailable: write needs 2 of 3 replicas, 1 is alive (n1 alive, n2 down, n3 down)',
    );
    expect(error.replicas.map(({ node, state }) => `${node} ${state}`).toSorted()).toEqual([
      'n1 up',
      'n2 down',
      'n3 down',
    ]);
    expect(n1.served).toEqual([]);
    expect(written(await cluster.run('n1', put('k', 'v', { level: 'one' }))).acks).toEqual(['n1']);
    expect(n2.served.concat(n3.served)).toEqual([]);
  });

  it('counts a replica with a broken connection as not alive at once', async () => {
    await cluster.run('n1', put('k', 'v'));
    cluster.network.kill(n2.process);
    cluster.network.kill(n3.process);
    await cluster.scheduler.advance(5);
    const error = failed(await cluster.run('n1', put('k', 'w')));
    expect(error.code).toBe('KV_UNAVAILABLE');
    expect(error.message).toContain('n2 unreachable');
  });

  it('that too few confirm in time says who did, and that it may still apply', async () => {
    n2.intercept = () => true;
    n3.intercept = () => true;
    const before = cluster.scheduler.nowMs();
    const error = failed(await cluster.run('n1', put('k', 'v'), 500));
    expect(cluster.scheduler.nowMs() - before).toBeLessThanOrEqual(500 + LIMITS.timerStepMs);
    expect(error).toMatchObject({ code: 'KV_WRITE_TIMEOUT', outcome: 'unknown' });
    expect(error.message).toMatch(
      /quorum needs 2 of 3 replicas, 1 confirmed \(.*n2 no answer in 500ms/,
    );
    expect(error.message).toContain('it may still apply');
    expect(error.replicas.filter(({ state }) => state === 'ok').map(({ node }) => node)).toEqual([
      'n1',
    ]);
  });

  it('fails at once, not at its deadline, when the replies rule it out', async () => {
    for (const node of [n2, n3])
      node.intercept = (_request, done) => {
        done({ kind: 'failed', code: 'KV_STORE_FAILED', message: 'disk' });
        return true;
      };
    const before = cluster.scheduler.nowMs();
    expect(failed(await cluster.run('n1', put('k', 'v'))).code).toBe('KV_WRITE_TIMEOUT');
    expect(cluster.scheduler.nowMs() - before).toBeLessThan(50);
  });

  it('is overloaded when queues refuse it, and tells whether it may have applied', async () => {
    const refuse: TestNode['intercept'] = (_request, done) => {
      done({ kind: 'failed', code: 'KV_OVERLOADED', message: 'full' });
      return true;
    };
    n2.intercept = refuse;
    n3.intercept = refuse;
    const partly = failed(await cluster.run('n1', put('k', 'v')));
    expect(partly).toMatchObject({ code: 'KV_OVERLOADED', outcome: 'unknown' });
    const single = await TestCluster.start({ nodes: 1 });
    single.node('n1').intercept = refuse;
    const refused = failed(await single.run('n1', put('k', 'v')));
    expect(refused).toMatchObject({ code: 'KV_OVERLOADED', outcome: 'not_applied' });
  });

  it('keeps the version that its client chose', async () => {
    const chosen = version(n1.process.wallMs() + 100);
    expect(written(await cluster.run('n1', put('k', 'v', { version: chosen }))).version).toEqual(
      chosen,
    );
  });

  it('with a version too far ahead of the clock of the coordinator is refused', async () => {
    const far = version(n1.process.wallMs() + 10_001);
    expect(failed(await cluster.run('n1', put('k', 'v', { version: far }))).code).toBe(
      'KV_CLOCK_SKEW',
    );
    const near = version(n1.process.wallMs() + 9_000);
    written(await cluster.run('n1', put('k', 'v', { version: near })));
  });

  it('repeated with its version is acknowledged again, and changes nothing', async () => {
    const chosen = version(n1.process.wallMs());
    const request = put('k', 'v', { version: chosen });
    written(await cluster.run('n1', request));
    expect(written(await cluster.run('n2', request)).version).toEqual(chosen);
  });

  it('expires its time to live after its own stamp', async () => {
    const { version: at } = written(await cluster.run('n1', put('k', 'v', { ttlMs: 5_000 })));
    expect(read(await cluster.run('n1', get('k'))).expiresAtMs).toBe(at.ms + 5_000);
    for (const ttlMs of [0, 1.5, 2 ** 48 - at.ms, 2 ** 53])
      expect(failed(await cluster.run('n1', put('k', 'v', { ttlMs }))).code).toBe('KV_USAGE');
  });

  it('that deletes leaves a tombstone that shadows what is older', async () => {
    await cluster.run('n1', put('k', 'v'));
    written(await cluster.run('n2', remove('k')));
    expect(read(await cluster.run('n3', get('k'))).found).toBe(false);
  });

  it('to a cluster smaller than its replication warns of the missing copies', async () => {
    const small = await TestCluster.start({ nodes: 2 });
    const { warnings } = written(await small.run('n1', put('k', 'v')));
    expect(warnings).toEqual(['2 of 3 copies: the cluster has 2 members']);
  });

  it('opens the cluster first, once', async () => {
    const fresh = await TestCluster.start({ opened: false });
    expect(read(await fresh.run('n1', get('k'))).found).toBe(false);
    written(await fresh.run('n1', put('k', 'v')));
    written(await fresh.run('n1', put('k', 'w')));
    expect(fresh.node('n1').metadata.opened).toBe(1);
    expect(text(read(await fresh.run('n2', get('k'))).value)).toBe('w');
  });
});

describe('a superseded write', () => {
  const ahead = (node: TestNode): ReturnType<typeof version> =>
    version(node.process.wallMs() + 400);

  it('that the node stamped is stamped again above what beat it, and wins', async () => {
    const newer = ahead(n1);
    for (const name of ['n1', 'n2', 'n3'])
      await cluster.plant(name, 'k', { version: newer, value: 'a' });
    const result = written(await cluster.run('n1', put('k', 'b', { ttlMs: 1_000 })));
    expect(compareVersions(result.version, newer)).toBeGreaterThan(0);
    const found = read(await cluster.run('n2', get('k')));
    expect(text(found.value)).toBe('b');
    expect(found.expiresAtMs).toBe(result.version.ms + 1_000);
    expect(n1.metrics.value('kv_write_restamps_total')).toBe(1);
  });

  it('is not stamped again while the level can still be met without', async () => {
    await cluster.plant('n3', 'k', { version: ahead(n1), value: 'a' });
    n2.intercept = (_request, done) => {
      // Later than the reply of n3.
      n2.process.after(20, () => {
        n2.intercept = undefined;
        n2.replica.handle(_request, 1000, done);
      });
      return true;
    };
    const chosen = version(n1.process.wallMs());
    const result = written(await cluster.run('n1', put('k', 'b', { version: chosen })));
    expect(result.version).toEqual(chosen);
    expect(result.acks.toSorted()).toEqual(['n1', 'n2']);
  });

  it('that its client stamped is answered so, with the highest version, and never counts towards its level', async () => {
    const [newer, newest] = [ahead(n1), version(n1.process.wallMs() + 500)];
    await cluster.plant('n2', 'k', { version: newest, value: 'a' });
    await cluster.plant('n3', 'k', { version: newer, value: 'a' });
    const chosen = version(n1.process.wallMs());
    const error = failed(await cluster.run('n1', put('k', 'b', { version: chosen })));
    // n1 has taken it.
    expect(error).toMatchObject({
      code: 'KV_SUPERSEDED',
      outcome: 'unknown',
      supersededBy: newest,
    });
    expect(error.replicas.filter(({ state }) => state === 'superseded')).toHaveLength(2);
    expect(n1.metrics.value('kv_write_superseded_total')).toBe(1);
    expect(n1.metrics.value('kv_write_restamps_total')).toBe(0);
    const again = version(newest.ms + 1);
    expect(written(await cluster.run('n1', put('k', 'b', { version: again }))).version).toEqual(
      again,
    );
  });

  it('that its client stamped was not applied when everybody to whom it was sent has refused it', async () => {
    const single = await TestCluster.start({ nodes: 1 });
    const node = single.node('n1');
    await single.plant('n1', 'k', { version: ahead(node), value: 'a' });
    const chosen = version(node.process.wallMs());
    expect(failed(await single.run('n1', put('k', 'b', { version: chosen })))).toMatchObject({
      code: 'KV_SUPERSEDED',
      outcome: 'not_applied',
      supersededBy: ahead(node),
    });
    expect(text(read(await single.run('n1', get('k'))).value)).toBe('a');
  });

  it('does not wait for a silent replica when a newer stamp can win those that replied', async () => {
    await cluster.plant('n3', 'k', { version: ahead(n1), value: 'a' });
    n2.intercept = () => true;
    const before = cluster.scheduler.nowMs();
    const result = written(await cluster.run('n1', put('k', 'b')));
    expect(result.acks.toSorted()).toEqual(['n1', 'n3']);
    const took = cluster.scheduler.nowMs() - before;
    expect(took).toBeGreaterThanOrEqual(LIMITS.silentReplicaMs);
    expect(took).toBeLessThan(LIMITS.silentReplicaMs + 10);
  });

  it('that its client stamped is answered as soon as a silent replica is all that it waits for', async () => {
    await cluster.plant('n3', 'k', { version: ahead(n1), value: 'a' });
    n2.intercept = () => true;
    const before = cluster.scheduler.nowMs();
    const request = put('k', 'b', { version: version(n1.process.wallMs()) });
    expect(failed(await cluster.run('n1', request))).toMatchObject({
      code: 'KV_SUPERSEDED',
      outcome: 'unknown',
    });
    expect(cluster.scheduler.nowMs() - before).toBeLessThan(LIMITS.silentReplicaMs + 10);
  });

  it('is stamped above the version that beat it, even when the clock of that replica is behind it', async () => {
    const newer = version(n1.process.wallMs() + 5_000);
    n2.intercept = (request, done) => {
      n2.intercept = undefined;
      done({ kind: 'superseded', version: newer, stamp: { ms: 0, logical: 0 } });
      return request.kind === 'write';
    };
    n3.intercept = () => true;
    const result = written(await cluster.run('n1', put('k', 'b')));
    expect(compareVersions(result.version, newer)).toBeGreaterThan(0);
  });

  it('is stamped again a bounded number of times', async () => {
    for (const node of [n2, n3])
      node.intercept = (request, done) => {
        if (request.kind !== 'write') return false;
        const stamp = { ms: node.process.wallMs() + 1000, logical: n2.served.length };
        done({ kind: 'superseded', version: { ...stamp, writerHi: 0, writerLo: 5 }, stamp });
        return true;
      };
    const error = failed(await cluster.run('n1', put('k', 'b')));
    expect(error).toMatchObject({ code: 'KV_WRITE_TIMEOUT', outcome: 'unknown' });
    expect(n1.metrics.value('kv_write_restamps_total')).toBe(LIMITS.restamps);
  });
});
