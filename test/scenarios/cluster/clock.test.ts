import { describe, expect, it } from 'vitest';
import { compareVersions, type Version } from '../../../src/node/core/version/version.js';
import { BootedCluster } from './booted-cluster.js';

/** Lets a node stamp writes of different keys, one after the other. */
async function stamps(
  cluster: BootedCluster,
  name: string,
  prefix: string,
): Promise<readonly Version[]> {
  const versions: Version[] = [];
  for (let i = 0; i < 20; i++) {
    const result = await cluster.execute(name, { kind: 'put', key: `${prefix}${i}`, value: 'v' });
    if (result.version !== undefined) versions.push(result.version);
  }
  return versions;
}

function expectAscending(versions: readonly Version[]): void {
  for (const [i, version] of versions.entries())
    if (i > 0) expect(compareVersions(versions[i - 1]!, version)).toBeLessThan(0);
}

describe('the clock of a node', () => {
  it.each([-3_000, -500, 0])(
    'issues no version twice, and none below an older one, after a crash and a step of %d ms',
    async (stepMs) => {
      const cluster = await BootedCluster.of(3, 7);
      const before = await stamps(cluster, 'n1', 'a');
      cluster.kill('n1');
      cluster.stepClock('n1', stepMs);
      await cluster.start('n1');
      const after = await stamps(cluster, 'n1', 'b');
      expect(before).toHaveLength(20);
      expect(after).toHaveLength(20);
      expectAscending([...before, ...after]);
    },
  );

  it('that was stepped back further than the bound stamps nothing, and says so', async () => {
    const cluster = await BootedCluster.of(3, 8);
    await stamps(cluster, 'n1', 'a');
    cluster.kill('n1');
    cluster.stepClock('n1', -3_600_000);
    await cluster.start('n1');
    await cluster.scheduler.advance(5_000);
    const failure = await cluster.failure(
      cluster.execute('n1', { kind: 'put', key: 'k', value: 'v' }),
    );
    expect(failure.code).toBe('KV_CLOCK_SKEW');
    const { client } = cluster.client('c1');
    const put = await cluster.run(client.put(Uint8Array.of(1), Uint8Array.of(2)));
    expect(put.coordinator).not.toBe('n1');
  });
});
