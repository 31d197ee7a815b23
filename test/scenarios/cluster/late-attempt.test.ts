import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/node/core/limits.js';
import { utf8Encode } from '../../../src/stdx/bytes.js';
import { clientAddressOf } from '../../../src/sim/sim-machine.js';
import { BootedCluster, text } from './booted-cluster.js';

const KEY = utf8Encode('k');

describe('an attempt that its coordinator begins long after the operation has ended', () => {
  it('does not overwrite what was acknowledged since', async () => {
    const cluster = await BootedCluster.of(3, 2);
    const options = { endpoints: ['n1', 'n2'].map(clientAddressOf), routing: 'any' } as const;
    const { client } = cluster.client('c6', options);
    // The first write opens the cluster, which is for all voters.
    await cluster.run(client.put(KEY, utf8Encode('0')));

    const { process, metrics } = cluster.at('n1');
    process.pause();
    // The first attempt waits in n1, the second is acknowledged through n2.
    const startMs = cluster.scheduler.nowMs();
    expect((await cluster.run(client.put(KEY, utf8Encode('A')))).coordinator).toBe('n2');
    expect(cluster.scheduler.nowMs() - startMs).toBeGreaterThanOrEqual(LIMITS.requestMs);
    const second = await cluster.run(client.put(KEY, utf8Encode('B')));
    expect(second.coordinator).toBe('n2');

    process.resume();
    await cluster.scheduler.advance(5_000);
    // Else nothing was tested: n1 has run it, and met what had come since.
    expect(metrics.value('kv_write_superseded_total')).toBe(1);
    const found = await cluster.run(client.get(KEY, { level: 'all' }));
    expect(text(found)).toBe('B');
    expect(found.version).toEqual(second.version);
  });
});
