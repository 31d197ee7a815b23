import { describe, expect, it, vi } from 'vitest';
import { tokenOf } from '../../../src/node/core/ring/token.js';
import { DATA_KEYS } from '../../../src/node/core/version/data-key.js';
import { HintService } from '../../../src/node/hints/hint-service.js';
import { SHARD_FOLDER } from '../../../src/node/store/store.js';
import { BootedCluster } from './booted-cluster.js';

const NAMES = ['n1', 'n2', 'n3'];

/** The records of each disk, whole. */
function disks(cluster: BootedCluster): readonly string[] {
  return NAMES.map((name) => {
    const { disk } = cluster.machine(name);
    return disk
      .keys(SHARD_FOLDER, DATA_KEYS)
      .map((key) => `${key.join()}=${disk.valueOf(SHARD_FOLDER, key)?.join() ?? ''}`)
      .join(' ');
  });
}

describe('three nodes without hints', () => {
  it('become equal after one was away, soon after it is back, and nobody has read', async () => {
    const keep = vi.spyOn(HintService.prototype, 'keep').mockImplementation((_, done) => {
      done?.(false);
    });
    const cluster = await BootedCluster.of(3, 41);
    await cluster.execute('n1', { kind: 'put', key: 'before', value: 'v' });
    cluster.kill('n3');
    for (let i = 0; i < 40; i++)
      await cluster.execute('n1', {
        kind: 'put',
        key: `k${tokenOf(Uint8Array.of(i))}`,
        value: 'v',
      });
    await cluster.execute('n1', { kind: 'put', key: 'before', value: 'w' });
    await cluster.start('n3');
    const [first, second, third] = disks(cluster);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    await cluster.until(() => new Set(disks(cluster)).size === 1);
    keep.mockRestore();
  });
});
