import { beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../src/node/core/limits.js';
import { failed, get, put, read, text, version, written } from './requests.js';
import { TestCluster } from './test-cluster.js';
import type { TestNode } from './test-node.js';

let cluster: TestCluster;
let n1: TestNode;
let n2: TestNode;

beforeEach(async () => {
  // Four nodes, three copies: taking one away moves every range that it held.
  cluster = await TestCluster.start({ nodes: 4 });
  [n1, n2] = [cluster.node('n1'), cluster.node('n2')];
});

/** A key of which all of these nodes hold a copy. */
function keyOwnedBy(...names: readonly string[]): string {
  const view = n1.metadata.current();
  const namespace = view?.metadata.namespaces[0];
  if (view === undefined || namespace === undefined) throw new Error('no cluster');
  for (let i = 0; i < 10_000; i++) {
    const key = `key-${i}`;
    const owners = view.placementOf(namespace).replicaSetOf(cluster.tokenOf(key));
    if (names.every((name) => owners.includes(cluster.node(name).id))) return key;
  }
  throw new Error('no such key');
}

describe('fencing', () => {
  it('a plan older than the placement is refused, caught up with, and made again with the same version', async () => {
    const key = keyOwnedBy('n2', 'n4');
    cluster.publish(cluster.without('n4'), ['n2', 'n3']);
    const chosen = version(n1.process.wallMs());
    const pending = cluster.begin('n1', put(key, 'v', { version: chosen }));
    await cluster.scheduler.advance(20);
    cluster.publish(cluster.state, ['n1']);
    const result = written(await cluster.scheduler.settle(pending, 1000));
    expect(result.version).toEqual(chosen);
    expect(result.acks).not.toContain('n4');
    expect(n1.metrics.value('kv_coordinator_replans_total')).toBe(1);
    expect(text(read(await cluster.run('n1', get(key))).value)).toBe('v');
  });

  it('a read by an old plan is made again as well', async () => {
    const key = keyOwnedBy('n2', 'n4');
    written(await cluster.run('n1', put(key, 'v', { level: 'all' })));
    cluster.publish(cluster.without('n4'), ['n2', 'n3']);
    const pending = cluster.begin('n1', get(key, 'all'));
    await cluster.scheduler.advance(20);
    cluster.publish(cluster.state, ['n1']);
    expect(text(read(await cluster.scheduler.settle(pending, 1000)).value)).toBe('v');
  });

  it('a coordinator that cannot catch up in time fails, and says that the write may still apply', async () => {
    const key = keyOwnedBy('n1', 'n2', 'n4');
    cluster.publish(cluster.without('n4'), ['n2', 'n3', 'n4']);
    const error = failed(await cluster.run('n1', put(key, 'v'), 300));
    expect(error).toMatchObject({ code: 'KV_WRITE_TIMEOUT', outcome: 'unknown' });
    expect(failed(await cluster.run('n1', get(key, 'all'), 300)).code).toMatch(
      /KV_EPOCH_CHANGED|KV_READ_TIMEOUT/,
    );
  });

  it('a replica behind the plan catches up first, within the time of the request', async () => {
    const key = keyOwnedBy('n2', 'n3');
    cluster.publish(cluster.without('n4'), ['n1', 'n3']);
    const pending = cluster.begin('n1', put(key, 'v', { level: 'all' }));
    await cluster.scheduler.advance(100);
    const behind = await cluster.copyOn('n2', key);
    expect(behind).toBe('missing');
    cluster.publish(cluster.state, ['n2']);
    expect(written(await cluster.scheduler.settle(pending, 1000)).acks).toContain('n2');
    expect(await cluster.copyOn('n2', key)).not.toBe('missing');
  });

  it('a replica that cannot catch up in time has not written', async () => {
    const key = keyOwnedBy('n2', 'n3');
    cluster.publish(cluster.without('n4'), ['n1', 'n3']);
    const error = failed(await cluster.run('n1', put(key, 'v', { level: 'all' }), 300));
    expect(error.code).toBe('KV_WRITE_TIMEOUT');
    await cluster.scheduler.advance(1_000);
    expect(await cluster.copyOn('n2', key)).toBe('missing');
  });

  it('a placement that changed while the replies came is noticed before the answer', async () => {
    const key = keyOwnedBy('n1', 'n2', 'n4');
    const next = cluster.without('n4');
    // The replies are on their way when the coordinator hears of the new epoch.
    n2.intercept = (request, done) => {
      n2.intercept = undefined;
      n2.replica.handle(request, 1_000, (reply) => {
        cluster.publish(next);
        done(reply);
      });
      return true;
    };
    cluster.node('n4').intercept = () => true;
    const result = written(await cluster.run('n1', put(key, 'v')));
    expect(n1.metrics.value('kv_coordinator_replans_total')).toBe(1);
    const owners = cluster.ownersOf(key);
    expect(owners).not.toContain('n4');
    expect(result.acks.every((name) => owners.includes(name))).toBe(true);
  });

  it('a read notices it before the answer too', async () => {
    const key = keyOwnedBy('n1', 'n2', 'n4');
    written(await cluster.run('n1', put(key, 'v', { level: 'all' })));
    const next = cluster.without('n4');
    cluster.node('n4').intercept = () => true;
    n2.intercept = (request, done) => {
      n2.intercept = undefined;
      n2.replica.handle(request, 1_000, (reply) => {
        cluster.publish(next);
        done(reply);
      });
      return true;
    };
    expect(text(read(await cluster.run('n1', get(key))).value)).toBe('v');
    expect(n1.metrics.value('kv_coordinator_replans_total')).toBe(1);
  });

  it('ends when replicas refuse every plan', async () => {
    for (const node of cluster.nodes)
      node.intercept = (_request, done) => {
        done({ kind: 'fenced', epoch: cluster.state.epoch });
        return true;
      };
    const error = failed(await cluster.run('n1', put('k', 'v')));
    expect(error.message).toContain(`the placement changed ${LIMITS.replans} times`);
    expect(failed(await cluster.run('n1', get('k'))).code).toBe('KV_EPOCH_CHANGED');
  });
});
