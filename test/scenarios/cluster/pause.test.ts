import { describe, expect, it } from 'vitest';
import { utf8Encode } from '../../../src/stdx/bytes.js';
import { BootedCluster } from './booted-cluster.js';

describe('a node of a whole cluster that stands still', () => {
  it('for 4.9 s under load is down for nobody, and no quorum operation fails', async () => {
    const cluster = await BootedCluster.of(3, 21);
    const { client } = cluster.client('c1');
    const key = utf8Encode('k');
    await cluster.run(client.put(key, utf8Encode('0')));
    await cluster.scheduler.advance(10_000);

    const { process } = cluster.at('n2');
    process.pause();
    const endMs = cluster.scheduler.nowMs() + 4_900;
    let operations = 0;
    for (; cluster.scheduler.nowMs() < endMs; operations++) {
      await cluster.run(client.put(key, utf8Encode(`${operations}`)));
      await cluster.run(client.get(key));
      await cluster.scheduler.advance(20);
    }
    process.resume();
    // The first operations that went to it wait for their deadline; those after them go to the others.
    expect(operations).toBeGreaterThan(75);
    await cluster.scheduler.advance(10_000);
    for (const { node } of cluster.running()) {
      const said = node.events.after(0, 1_000).map((event) => event.message);
      expect(said.filter((message) => /\bdown\b/.test(message))).toEqual([]);
    }
    expect(cluster.sees('n1', 'n2')).toBe('up');
  });
});
