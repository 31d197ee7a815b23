import { describe, expect, it } from 'vitest';
import { KvError } from '../../../src/node/core/errors.js';
import { LIMITS } from '../../../src/node/core/limits.js';
import { utf8Encode } from '../../../src/stdx/bytes.js';
import { BootedCluster } from './booted-cluster.js';

const VALUE_BYTES = 1024 * 1024;
const COUNT = 64;

/** Many large writes at once, all coordinated by n1; what became of each. */
async function flood(
  cluster: BootedCluster,
  count: number,
): Promise<{ readonly acked: readonly string[]; readonly errors: readonly KvError[] }> {
  const acked: string[] = [];
  const errors: KvError[] = [];
  const { node } = cluster.at('n1');
  const all = Array.from({ length: count }, (_, i) => {
    const write = {
      kind: 'put',
      namespace: 'default',
      key: utf8Encode(`k${i}`),
      value: new Uint8Array(VALUE_BYTES).fill(i),
      ttlMs: undefined,
      level: 'quorum',
      trace: false,
      version: undefined,
    } as const;
    return new Promise<void>((resolve) => {
      node.execute(write, LIMITS.requestMs, (result) => {
        if (result instanceof KvError) errors.push(result);
        else acked.push(`k${i}`);
        resolve();
      });
    });
  });
  await cluster.run(Promise.all(all));
  return { acked, errors };
}

describe('a node that is asked for more than it can hold', () => {
  it('refuses the excess at once and whole, keeps what it acknowledged, and serves again', async () => {
    const cluster = await BootedCluster.of(3, 31);
    await cluster.execute('n1', { kind: 'put', key: 'first', value: 'v' });
    cluster.diskDelayMs = (_machine, step) => (step === 'sync' ? 100 : 0);

    const startMs = cluster.scheduler.nowMs();
    const { acked, errors } = await flood(cluster, COUNT);
    const refused = errors.filter((error) => error.code === 'KV_OVERLOADED');
    // More than the clients' share of the node was asked for; what is beyond it was never begun.
    expect(refused.length).toBeGreaterThanOrEqual(COUNT - LIMITS.clientQueueBytes / VALUE_BYTES);
    expect(refused.every((error) => error.outcome === 'not_applied')).toBe(true);
    expect(acked.length).toBeGreaterThan(0);
    expect(cluster.scheduler.nowMs() - startMs).toBeLessThan(10_000);

    cluster.diskDelayMs = () => 0;
    await cluster.scheduler.advance(5_000);
    for (const key of acked) {
      const got = await cluster.execute('n2', { kind: 'get', key });
      expect(got.kind === 'read' && got.value?.length).toBe(VALUE_BYTES);
    }
    const { client } = cluster.client('c1');
    const status = await cluster.run(client.status());
    expect(status.nodes.map((node) => node.report?.queuedBytes)).toEqual([0, 0, 0]);
    await cluster.run(client.put(utf8Encode('k'), utf8Encode('after'), { level: 'all' }));
  });
});
