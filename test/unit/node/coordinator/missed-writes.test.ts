import { beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../src/node/core/limits.js';
import type { DataReply } from '../../../../src/node/core/messages.js';
import { failed, get, put, remove, text, version, written, read } from './requests.js';
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

/** The names of the nodes for which the coordinator has given a hint away. */
function hintedFor(holder: TestNode): readonly string[] {
  return holder.hinted.flatMap(({ targets }) =>
    targets.map((id) => cluster.nodes.find((node) => node.id === id)?.name ?? id),
  );
}

function overloaded(done: (reply: DataReply) => void): boolean {
  done({ kind: 'failed', code: 'KV_OVERLOADED', message: 'full' });
  return true;
}

const silent = (): boolean => true;

describe('a replica gets a hint for a write', () => {
  it('that was acknowledged while it was down, at once', async () => {
    n1.believes.set(n3.id, 'down');
    written(await cluster.run('n1', put('k', 'v')));
    expect(hintedFor(n1)).toEqual(['n3']);
    const [hint] = n1.hinted;
    expect(hint).toMatchObject({ token: cluster.tokenOf('k'), namespace: 1 });
  });

  it('that it refused, as soon as all have replied', async () => {
    n3.intercept = (_request, done) => overloaded(done);
    written(await cluster.run('n1', put('k', 'v')));
    await cluster.scheduler.advance(100);
    expect(hintedFor(n1)).toEqual(['n3']);
  });

  it('that it did not answer, at the deadline, and the client does not wait for that', async () => {
    n3.intercept = silent;
    const { tookMs } = written(await cluster.run('n1', put('k', 'v')));
    expect(tookMs).toBeLessThan(100);
    await cluster.scheduler.advance(LIMITS.requestMs - 200);
    expect(hintedFor(n1)).toEqual([]);
    await cluster.scheduler.advance(400);
    expect(hintedFor(n1)).toEqual(['n3']);
  });

  it('that has an unknown outcome, and none for one that surely was refused', async () => {
    n2.intercept = silent;
    n3.intercept = silent;
    const unknown = failed(await cluster.run('n1', put('k', 'v')));
    expect([unknown.code, unknown.outcome]).toEqual(['KV_WRITE_TIMEOUT', 'unknown']);
    await cluster.scheduler.advance(50);
    expect(hintedFor(n1).toSorted()).toEqual(['n2', 'n3']);

    n1.hinted.length = 0;
    for (const node of [n1, n2, n3]) node.intercept = (_request, done) => overloaded(done);
    const refused = failed(await cluster.run('n1', put('k', 'w', { level: 'one' })));
    expect([refused.code, refused.outcome]).toEqual(['KV_OVERLOADED', 'not_applied']);
    await cluster.scheduler.advance(LIMITS.requestMs + 100);
    expect(hintedFor(n1)).toEqual([]);
  });

  it('when the coordinator stops before its deadline', async () => {
    n3.intercept = silent;
    written(await cluster.run('n1', put('k', 'v')));
    n1.coordinator.close();
    expect(hintedFor(n1)).toEqual(['n3']);
  });

  it('never when it has it, or something newer', async () => {
    written(await cluster.run('n1', put('k', 'v', { level: 'one' })));
    await cluster.scheduler.advance(LIMITS.requestMs + 100);
    expect(hintedFor(n1)).toEqual([]);

    await cluster.run('n3', put('j', 'new', { version: version(9_000_000) }));
    n1.hinted.length = 0;
    failed(await cluster.run('n1', put('j', 'old', { version: version(8_000_000) })));
    await cluster.scheduler.advance(LIMITS.requestMs + 100);
    expect(hintedFor(n1)).toEqual([]);
  });
});

describe('level any', () => {
  it('is acknowledged by one replica like level one', async () => {
    const { acks, warnings } = written(await cluster.run('n1', put('k', 'v', { level: 'any' })));
    expect([acks.length, warnings]).toEqual([1, []]);
    expect(hintedFor(n1)).toEqual([]);
  });

  it('is acknowledged by a durable hint when no replica is alive, and says so', async () => {
    for (const node of [n2, n3]) n1.believes.set(node.id, 'down');
    n1.intercept = (_request, done) => overloaded(done);
    const { acks, warnings } = written(await cluster.run('n1', put('k', 'v', { level: 'any' })));
    expect(acks).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/^no replica has it yet: n1 keeps it as a hint for n., n., n.$/),
    ]);
    expect(hintedFor(n1).toSorted()).toEqual(['n1', 'n2', 'n3']);
    const deletion = written(await cluster.run('n1', remove('k', 'any')));
    expect(deletion.acks).toEqual([]);
  });

  it('is acknowledged by a hint at half of its time when replicas that live do not answer', async () => {
    for (const node of [n1, n2, n3]) node.intercept = silent;
    const { tookMs } = written(await cluster.run('n1', put('k', 'v', { level: 'any' })));
    expect(tookMs).toBeGreaterThanOrEqual(LIMITS.requestMs / 2);
    expect(tookMs).toBeLessThan(LIMITS.requestMs);
  });

  it('fails, and may still apply, when the hint cannot be kept', async () => {
    n1.keepsHints = false;
    for (const node of [n1, n2, n3]) node.intercept = (_request, done) => overloaded(done);
    const error = failed(await cluster.run('n1', put('k', 'v', { level: 'any' })));
    expect(error.outcome).toBe('unknown');
    expect(error.message).toContain('no hint could be kept');
  });

  it('reads nothing', async () => {
    expect(failed(await cluster.run('n1', get('k', 'any'))).code).toBe('KV_LEVEL_NOT_HERE');
    written(await cluster.run('n1', put('k', 'v', { level: 'any' })));
    expect(text(read(await cluster.run('n1', get('k', 'all'))).value)).toBe('v');
  });
});
