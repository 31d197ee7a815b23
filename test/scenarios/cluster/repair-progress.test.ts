import { describe, expect, it, vi } from 'vitest';
import { KvError } from '../../../src/node/core/errors.js';
import { repairGroups } from '../../../src/node/core/repair/repair-groups.js';
import { RangeRepair } from '../../../src/node/repair/range-repair.js';
import { BootedCluster } from './booted-cluster.js';

/** What the simulated nodes are told: in this time every range is repaired. */
const CYCLE_MS = 60_000;

const RANGES = 'kv_node_repair_ranges_total';

async function openedCluster(size: number): Promise<BootedCluster> {
  const cluster = await BootedCluster.of(size, 7);
  await cluster.execute('n1', { kind: 'put', key: 'k', value: 'v' });
  return cluster;
}

/** The groups of ranges with the same owners. */
function groupsOf(cluster: BootedCluster): number {
  const view = cluster.view('n1');
  const { members, namespaces } = view.metadata;
  const keys = members.flatMap(({ nodeId }) =>
    namespaces.flatMap((namespace) => repairGroups(view, namespace, { owner: nodeId })),
  );
  return new Set(keys.map((group) => JSON.stringify(group))).size;
}

/** How many repairs have come to their end, on all nodes. */
function repaired(cluster: BootedCluster): number {
  return cluster.running().reduce((sum, { metrics }) => sum + metrics.value(RANGES), 0);
}

/** The age of the oldest range, of all nodes, in ms. */
function oldestMs(cluster: BootedCluster): number {
  const ages = cluster
    .running()
    .map(({ metrics }) => metrics.value('kv_node_repair_oldest_seconds') * 1000);
  return Math.max(...ages);
}

describe('repairs that run by themselves', () => {
  it('go over every range within a cycle, again and again', async () => {
    const cluster = await openedCluster(5);
    const groups = groupsOf(cluster);
    expect(groups).toBeGreaterThan(5);
    await cluster.until(() => repaired(cluster) >= groups);
    for (let cycle = 0; cycle < 3; cycle++) {
      const before = repaired(cluster);
      await cluster.scheduler.advance(CYCLE_MS);
      expect(repaired(cluster) - before).toBeGreaterThanOrEqual(groups);
      expect(oldestMs(cluster)).toBeLessThan(CYCLE_MS);
    }
  });

  it('tell when they fail again and again, and when they work again', async () => {
    const cluster = await openedCluster(3);
    const repairs = (): readonly string[] =>
      cluster.running().flatMap(({ node }) =>
        node.events
          .after(0)
          .filter(({ kind }) => kind === 'repair')
          .map(({ message }) => message),
      );
    const broken = vi.spyOn(RangeRepair.prototype, 'run').mockImplementation(async () => {
      throw new KvError('KV_OVERLOADED', 'the queue of n2 is full');
    });
    await cluster.scheduler.advance(50_000);
    expect(repairs()).toEqual([]);
    await cluster.scheduler.advance(300_000);
    const owners = expect.stringMatching(
      /^a repair of ranges of n\d n\d n\d has failed 5 times: the queue of n2 is full$/,
    ) as unknown;
    expect(repairs()).toEqual([owners]);
    broken.mockRestore();
    await cluster.until(() => repairs().length === 2);
    expect(repairs()[1]).toMatch(/^repairs ranges of n\d n\d n\d again$/);
  });

  it('know after a restart how old the oldest range is, and it is told when that is late', async () => {
    const cluster = await openedCluster(3);
    await cluster.until(() => repaired(cluster) > 0);
    await cluster.scheduler.advance(CYCLE_MS);
    expect(oldestMs(cluster)).toBeLessThan(1.1 * CYCLE_MS);
    cluster.kill('n3');
    await cluster.scheduler.advance(5 * CYCLE_MS);
    cluster.kill('n1');
    await cluster.start('n1');
    await cluster.scheduler.advance(10_000);
    expect(oldestMs(cluster)).toBeGreaterThan(5 * CYCLE_MS);
    const late = await cluster.run(cluster.at('n1').node.admin.status());
    expect(late.alerts.map(({ code, node }) => `${code} ${node}`)).toEqual(
      expect.arrayContaining(['KV_REPAIR_LATE n1', 'KV_REPAIR_LATE n2']),
    );
    await cluster.start('n3');
    await cluster.until(() => oldestMs(cluster) < CYCLE_MS);
    const status = await cluster.run(cluster.at('n1').node.admin.status());
    expect(status.alerts.filter(({ code }) => code === 'KV_REPAIR_LATE')).toEqual([]);
  });
});
