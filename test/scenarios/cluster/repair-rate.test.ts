import { expect, it, vi } from 'vitest';
import { LIMITS } from '../../../src/node/core/limits.js';
import { DATA_KEYS } from '../../../src/node/core/version/data-key.js';
import { HintService } from '../../../src/node/hints/hint-service.js';
import { SHARD_FOLDER } from '../../../src/node/store/store.js';
import { BootedCluster } from './booted-cluster.js';

const MOST = LIMITS.repairBytesPerSecond;
const SLOW_MS = LIMITS.repairSlowestMs + 200;

/** The lowest rate at which some node drives repairs. */
function rateOf(cluster: BootedCluster): number {
  const name = 'kv_node_repair_bytes_per_second';
  return Math.min(...cluster.running().map(({ metrics }) => metrics.value(name)));
}

function recordsOf(cluster: BootedCluster, name: string): number {
  return cluster.machine(name).disk.keys(SHARD_FOLDER, DATA_KEYS).length;
}

it('a node whose disk has become slow is given records more slowly, and gets all of them', async () => {
  const keep = vi.spyOn(HintService.prototype, 'keep').mockImplementation((_, done) => {
    done?.(false);
  });
  const cluster = await BootedCluster.of(3, 41);
  cluster.kill('n3');
  for (let i = 0; i < 60; i++)
    await cluster.execute('n1', { kind: 'put', key: `k${i}`, value: 'v' });
  await cluster.start('n3');
  expect(rateOf(cluster)).toBe(MOST);
  cluster.diskDelayMs = (machine, step) => (machine === 'n3' && step === 'sync' ? SLOW_MS : 0);
  await cluster.until(() => rateOf(cluster) < MOST / 4, 300_000);
  await cluster.until(() => recordsOf(cluster, 'n3') === 60, 600_000);
  expect(rateOf(cluster)).toBeGreaterThanOrEqual(LIMITS.repairLeastBytesPerSecond);
  keep.mockRestore();
});
