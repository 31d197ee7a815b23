import { describe, expect, it } from 'vitest';
import { DATA_KEYS, decodeDataKey } from '../../../src/node/core/version/data-key.js';
import { DELTAS } from '../../../src/node/store/grid/grid-keys.js';
import { SHARD_FOLDER } from '../../../src/node/store/store.js';
import { LOSS_KEY, MARKERS } from '../../../src/node/store/system-keys.js';
import type { MemoryDisk } from '../../../src/sim/memory-disk.js';
import { peerAddressOf } from '../../../src/sim/sim-machine.js';
import { assert } from '../../../src/stdx/assert.js';
import { utf8Decode, utf8Encode } from '../../../src/stdx/bytes.js';
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

async function filled(seed: number, size = 3): Promise<BootedCluster> {
  const cluster = await BootedCluster.of(size, seed);
  for (let i = 0; i < 40; i++)
    await cluster.execute('n1', { kind: 'put', key: `k${i}`, value: `v${i}`, level: 'all' });
  const { client } = cluster.client('c1');
  await cluster.run(client.delete(utf8Encode('k7'), { level: 'all' }));
  // Each hears how far the others are.
  await cluster.scheduler.advance(10_000);
  return cluster;
}

/** Takes a batch out of the middle of the log, and the last ones, and half of the records. */
function lose(cluster: BootedCluster, name: string): void {
  const { disk } = cluster.machine(name);
  const markers = disk.keys(SHARD_FOLDER, MARKERS);
  const deltas = disk.keys(SHARD_FOLDER, DELTAS);
  for (const key of [...markers.slice(-5), ...deltas.slice(-5), markers[markers.length >> 1]!])
    disk.damage(SHARD_FOLDER, key, () => undefined);
  for (const [i, key] of disk.keys(SHARD_FOLDER, DATA_KEYS).entries())
    if (i % 2 === 0) disk.damage(SHARD_FOLDER, key, () => undefined);
}

describe('a node whose store has lost batches', () => {
  it('is not started, unless the loss is accepted; then the others bring what it lost', async () => {
    const cluster = await filled(61);
    cluster.kill('n2');
    lose(cluster, 'n2');
    const refused = await cluster.startRefused('n2');
    expect(refused.code).toBe('KV_STORE_FAILED');
    expect(refused.message).toContain('--accept-loss');

    cluster.startOptions = { acceptLoss: true };
    const { node } = await cluster.start('n2');
    expect(
      node.events.after(0).some(({ message }) => message.includes('a loss was accepted')),
    ).toBe(true);
    const told = cluster.machine('n2').log.lines.filter(({ message }) => /loss|lost/.test(message));
    expect(told).toHaveLength(1);
    expect(told[0]?.message).toMatch(
      /^a loss was accepted \(Batch.* missing.*\): this node goes on/,
    );
    await cluster.until(() => new Set(disks(cluster)).size === 1, 120_000);
    expect((await cluster.run(node.grid.verify())).differingCount).toBe(0);
    // The peers take its batches for new ones, not for those of an old disk image.
    cluster.startOptions = {};
    cluster.kill('n2');
    await cluster.start('n2');
    await cluster.execute('n2', { kind: 'put', key: 'after', value: 'v', level: 'all' });
  });
});

describe('a node of which a loss was accepted', () => {
  /** What the cluster says of its recovery. */
  async function recovering(
    cluster: BootedCluster,
    viewer = 'n1',
  ): Promise<{ readonly health: string; readonly told: readonly string[] }> {
    const { health, alerts } = await cluster.run(cluster.at(viewer).node.admin.status());
    const told = alerts.filter(({ code }) => code === 'KV_RECOVERING');
    return { health, told: told.map(({ node, message }) => `${node ?? ''} ${message}`) };
  }

  it('is told as recovering, also after a restart, until each of its ranges was repaired between all owners', async () => {
    const cluster = await filled(67, 5);
    cluster.kill('n5');
    cluster.kill('n2');
    lose(cluster, 'n2');
    cluster.startOptions = { acceptLoss: true };
    await cluster.start('n2');
    expect(await recovering(cluster, 'n2')).toEqual({
      health: 'DEGRADED',
      told: [expect.stringMatching(/^n2 lost a part of its store.* and has 0 of \d+ ranges back;/)],
    });
    // With one owner away, the rest comes back.
    await cluster.scheduler.advance(40_000);
    cluster.startOptions = {};
    cluster.kill('n2');
    await cluster.start('n2');
    await cluster.scheduler.advance(10_000);
    const [part] = (await recovering(cluster)).told;
    const [, back = 0, ranges = 0] = (/has (\d+) of (\d+) ranges/.exec(part ?? '') ?? []).map(
      Number,
    );
    expect(back).toBeGreaterThan(0);
    expect(back).toBeLessThan(ranges);
    const { recovery } = await cluster.run(cluster.at('n2').node.admin.upkeep.view());
    expect(recovery).toMatchObject({ back, ranges });
    expect(cluster.at('n2').metrics.value('kv_node_recovering_ranges')).toBe(ranges - back);

    await cluster.start('n5');
    await cluster.until(() => cluster.sees('n1', 'n5') === 'up');
    const all = await cluster.run(cluster.at('n1').node.admin.status());
    expect(all.ranges.full).toBe(all.ranges.total);
    expect(all.alerts.map(({ code }) => code)).toEqual(['KV_RECOVERING']);
    expect(all.health).toBe('DEGRADED');
    await cluster.scheduler.advance(120_000);
    expect(await recovering(cluster)).toEqual({ health: 'HEALTHY', told: [] });
    expect(cluster.at('n2').metrics.value('kv_node_recovering_ranges')).toBe(0);
    const events = cluster.at('n2').node.events.after(0);
    expect(events.map(({ message }) => message)).toContain(
      `the loss is made good: ${ranges} of ${ranges} ranges are equal on all their owners again`,
    );
    expect(cluster.machine('n2').disk.valueOf(SHARD_FOLDER, LOSS_KEY)).toBeUndefined();
    cluster.kill('n2');
    await cluster.start('n2');
    expect((await recovering(cluster, 'n2')).told).toEqual([]);
  });

  it('says of what no other node has a copy that it is lost for good', async () => {
    const cluster = await filled(72);
    const single = { mode: 'lww', replication: { dc1: 1 }, defaultTtlMs: undefined } as const;
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      const namespace = { ...single, name, defaultLevel: 'one' } as const;
      const { namespaces } = cluster.at('n1').node.admin;
      await cluster.run(namespaces.change({ action: 'create', namespace }, 5_000));
    }
    cluster.kill('n3');
    cluster.kill('n2');
    lose(cluster, 'n2');
    cluster.startOptions = { acceptLoss: true };
    await cluster.start('n2');
    // One of its 16 tokens each, in five namespaces.
    const forGood =
      '; 80 ranges have no other owner (namespaces a, b, c and 2 more): what is lost of them is lost for good';
    const { alerts } = await cluster.run(cluster.at('n2').node.admin.status());
    const told = alerts.find(({ code }) => code === 'KV_RECOVERING');
    expect(told?.message.endsWith(`accept no loss on another node${forGood}`)).toBe(true);
    expect(told?.hints[0]).toBe('kv repair --node n2');

    cluster.startOptions = {};
    await cluster.start('n3');
    await cluster.scheduler.advance(120_000);
    const events = cluster.at('n2').node.events.after(0);
    const end = events.find(({ message }) => message.startsWith('the loss is made good'));
    expect(end?.message.endsWith(`are equal on all their owners again${forGood}`)).toBe(true);
    expect(end?.severity).toBe('warn');
  });

  it('is refused when it cannot tell whether it is whole', async () => {
    const cluster = await filled(69);
    cluster.kill('n2');
    lose(cluster, 'n2');
    cluster.startOptions = { acceptLoss: true };
    await cluster.start('n2');
    cluster.kill('n2');
    cluster.machine('n2').disk.damage(SHARD_FOLDER, LOSS_KEY, (value) => value.fill(1));
    cluster.startOptions = {};
    const refused = await cluster.startRefused('n2');
    expect(refused.message).toContain('The note of an accepted loss is damaged');
  });

  it('has nothing to wait for when no other node has a copy of anything', async () => {
    const cluster = await BootedCluster.of(1, 68);
    await cluster.execute('n1', { kind: 'put', key: 'k', value: 'v', level: 'one' });
    cluster.kill('n1');
    cluster.machine('n1').disk.loseFolder(SHARD_FOLDER);
    cluster.startOptions = { acceptLoss: true };
    const { node } = await cluster.start('n1');
    await cluster.scheduler.advance(10_000);
    expect((await recovering(cluster)).told).toEqual([]);
    expect(node.events.after(0).map(({ message }) => message)).toContain(
      'of what this node has lost no other node holds a copy: nothing of it comes back; 16 ranges have no other owner (namespace default): what is lost of them is lost for good',
    );
  });
});

describe('a node whose log was cut at its very end', () => {
  it('is refused by its peers, whatever is accepted, and told why', async () => {
    const cluster = await filled(71);
    cluster.kill('n2');
    const { disk } = cluster.machine('n2');
    const ends = [MARKERS, DELTAS].flatMap((range) => disk.keys(SHARD_FOLDER, range).slice(-5));
    for (const key of ends) disk.damage(SHARD_FOLDER, key, () => undefined);
    for (const options of [{}, { acceptLoss: true }]) {
      cluster.startOptions = options;
      const refused = await cluster.startRefused('n2');
      expect(refused.code).toBe('KV_ROLLED_BACK');
      expect(refused.message).toContain('the end of its log is lost');
      expect(refused.message).toContain('--accept-loss does not help');
    }
    expect(disk.valueOf(SHARD_FOLDER, LOSS_KEY)).toBeUndefined();
    const put = { kind: 'put', key: 'after', value: 'v', level: 'quorum' } as const;
    await cluster.execute('n1', put);
  });
});

describe('a node that is a member, and whose store is gone', () => {
  it('is not started, however often, until the loss is accepted; then the others bring all of it', async () => {
    const cluster = await filled(63);
    cluster.kill('n2');
    cluster.machine('n2').disk.loseFolder(SHARD_FOLDER);
    for (let i = 0; i < 2; i++) {
      const refused = await cluster.startRefused('n2');
      expect(refused.code).toBe('KV_STORE_FAILED');
      expect(refused.message).toContain('--accept-loss');
    }

    cluster.startOptions = { acceptLoss: true };
    await cluster.start('n2');
    await cluster.until(() => new Set(disks(cluster)).size === 1, 120_000);
    cluster.startOptions = {};
    cluster.kill('n2');
    await cluster.start('n2');
    await cluster.execute('n2', { kind: 'put', key: 'after', value: 'v', level: 'all' });
  });

  it('as the first member of a new cluster is refused as well', async () => {
    const cluster = await BootedCluster.of(1, 64);
    cluster.kill('n1');
    cluster.machine('n1').disk.loseFolder(SHARD_FOLDER);
    expect((await cluster.startRefused('n1')).code).toBe('KV_STORE_FAILED');
  });
});

describe('a node that is a member, and whose memory of the cluster is gone', () => {
  it.each([
    ['its folder', (disk: MemoryDisk) => disk.loseFolder('meta')],
    ['all that was in it', (disk: MemoryDisk) => emptyMeta(disk)],
  ])('is never started again: %s', async (_, take) => {
    const cluster = await filled(65);
    cluster.kill('n2');
    take(cluster.machine('n2').disk);
    const clusterId = cluster.at('n1').node.clusterId();
    const join = { kind: 'join', clusterId, seeds: [peerAddressOf('n1')] } as const;
    for (const options of [{}, { acceptLoss: true }])
      for (const intent of [{ kind: 'restart' }, join] as const) {
        cluster.startOptions = options;
        const refused = await cluster.failure(cluster.start('n2', intent));
        expect(refused.code).toBe('KV_STORE_FAILED');
        expect(refused.message).toContain('must not vote again: replace it');
      }
  });

  it('is not taken for one that has never joined: that one may try again', async () => {
    const cluster = await BootedCluster.of(3, 66);
    const clusterId = cluster.at('n1').node.clusterId();
    const join = { kind: 'join', clusterId } as const;
    const nobody = cluster.start('n4', { ...join, seeds: [peerAddressOf('n9')] });
    expect((await cluster.failure(nobody)).code).toBe('KV_UNREACHABLE');
    const unfinished = await cluster.startRefused('n4');
    expect(unfinished.code).toBe('KV_CONFIG_INVALID');
    expect(unfinished.message).toContain('start it with --join');
    await cluster.start('n4', { ...join, seeds: [peerAddressOf('n1')] });
    cluster.kill('n4');
    await cluster.start('n4');
  });
});

function emptyMeta(disk: MemoryDisk): void {
  for (const key of disk.keys('meta', { gte: Uint8Array.of(0), lt: Uint8Array.of(0xff) }))
    disk.damage('meta', key, () => undefined);
}

describe('a copy that rots while nobody reads it', () => {
  it('is found by the scrub, and healed from the other replicas', async () => {
    const cluster = await filled(62);
    cluster.kill('n3');
    cluster.startOptions = { scrubCycleMs: 60_000 };
    await cluster.start('n3');
    await cluster.scheduler.advance(30_000);
    const { disk } = cluster.machine('n3');
    const rotten = disk.keys(SHARD_FOLDER, DATA_KEYS).filter((_, i) => i % 5 === 0);
    for (const key of rotten)
      disk.damage(SHARD_FOLDER, key, (record) => {
        record[record.length - 5]! ^= 1;
        return record;
      });
    expect(new Set(disks(cluster)).size).toBe(2);
    await cluster.until(() => new Set(disks(cluster)).size === 1, 200_000);
    const { shards } = await cluster.run(cluster.at('n3').node.admin.upkeep.view());
    expect(shards[0]?.scrub.rotten).toBe(rotten.length);

    const { health, alerts } = await cluster.run(cluster.at('n1').node.admin.status());
    expect(alerts).toMatchObject([{ severity: 'warn', code: 'KV_ROTTEN_COPIES', node: 'n3' }]);
    expect(alerts[0]?.message).toContain(`met ${rotten.length} rotten copies`);
    expect(health).toBe('HEALTHY');
  });

  it('is told as a fault while nobody can heal it', async () => {
    const cluster = await filled(70);
    cluster.kill('n1');
    const [key] = cluster.machine('n3').disk.keys(SHARD_FOLDER, DATA_KEYS);
    assert(key !== undefined, 'it holds records');
    cluster.machine('n3').disk.damage(SHARD_FOLDER, key, (record) => {
      record[record.length - 5]! ^= 1;
      return record;
    });
    const { key: name } = decodeDataKey(key);
    const read = { kind: 'get', key: utf8Decode(name), level: 'quorum' } as const;
    await cluster.failure(cluster.execute('n3', read));
    await cluster.start('n1');
    await cluster.until(() => cluster.sees('n3', 'n1') === 'up');
    const { health, alerts } = await cluster.run(cluster.at('n3').node.admin.status());
    const rotten = alerts.find(({ code }) => code === 'KV_ROTTEN_COPIES');
    expect(rotten).toMatchObject({ severity: 'bad', node: 'n3' });
    expect(rotten?.message).toContain('met 1 rotten copy in its store within a day, 1 not healed');
    expect(health).toBe('DEGRADED');
  });
});
