import { describe, expect, it } from 'vitest';
import { PEER_KEYS } from '../../../src/node/identity/peer-record.js';
import { utf8Encode } from '../../../src/stdx/bytes.js';
import { BootedCluster, text } from './booted-cluster.js';

const NAMES = ['n1', 'n2', 'n3'] as const;

async function write(cluster: BootedCluster, value: string, times = 1): Promise<void> {
  const { client } = cluster.client(`writer of ${value}`);
  for (let i = 0; i < times; i++)
    await cluster.run(client.put(utf8Encode('k'), utf8Encode(value), { level: 'all' }));
}

async function read(cluster: BootedCluster): Promise<string | undefined> {
  const { client } = cluster.client(`reader at ${cluster.scheduler.nowMs()}`);
  return text(await cluster.run(client.get(utf8Encode('k'))));
}

function killAll(cluster: BootedCluster): void {
  for (const name of NAMES) cluster.kill(name);
}

const allUp = (cluster: BootedCluster) => (): boolean =>
  NAMES.every((one) => NAMES.every((other) => cluster.sees(one, other) === 'up'));

/** Everything that the nodes said of refusals. */
const refusals = (cluster: BootedCluster): readonly string[] =>
  cluster
    .running()
    .flatMap(({ node }) => node.events.after(0))
    .map(({ message }) => message)
    .filter((message) => message.includes('refused'));

describe('an old image of the disk of a node, put back while no node runs', () => {
  it('is refused by those who remember more of it, though they have restarted', async () => {
    const cluster = await BootedCluster.of(3);
    await write(cluster, 'old');
    const image = cluster.machine('n3').disk.copy();
    await write(cluster, 'new', 20);
    await cluster.scheduler.advance(10_000);
    killAll(cluster);

    await cluster.start('n1');
    await cluster.start('n2');
    cluster.addMachine('n3', image);
    const end = await cluster.startRefused('n3');
    expect(end.code).toBe('KV_ROLLED_BACK');
    expect(await read(cluster)).toBe('new');
  });

  it('is refused also when it runs for a while before the others start, and writes meanwhile', async () => {
    const cluster = await BootedCluster.of(3);
    const image = cluster.machine('n3').disk.copy();
    await write(cluster, 'new', 5);
    await cluster.scheduler.advance(10_000);
    killAll(cluster);

    cluster.addMachine('n3', image);
    const old = await cluster.start('n3');
    await cluster.scheduler.advance(120_000);
    expect(old.ended()).toBeUndefined();
    await cluster.start('n1');
    await cluster.start('n2');
    await cluster.until(() => old.ended() !== undefined);
    expect(cluster.reasonOf(old).code).toBe('KV_ROLLED_BACK');
    expect(await read(cluster)).toBe('new');
  });

  it('is refused also when all stopped in good order right after the last write', async () => {
    const cluster = await BootedCluster.of(3);
    await write(cluster, 'old');
    const image = cluster.machine('n3').disk.copy();
    await write(cluster, 'new', 5);
    for (const name of ['n3', 'n2', 'n1']) await cluster.run(cluster.drain(name));

    await cluster.start('n1');
    await cluster.start('n2');
    cluster.addMachine('n3', image);
    expect((await cluster.startRefused('n3')).code).toBe('KV_ROLLED_BACK');
  });

  it('is told from the disk that counted the same boot: it is a clone of it', async () => {
    const cluster = await BootedCluster.of(3);
    cluster.kill('n3');
    const image = cluster.machine('n3').disk.copy();
    await cluster.start('n3');
    await cluster.until(allUp(cluster));
    await cluster.scheduler.advance(1_000);
    killAll(cluster);

    await cluster.start('n1');
    await cluster.start('n2');
    cluster.addMachine('n3', image);
    expect((await cluster.startRefused('n3')).code).toBe('KV_CLONE');
  });

  it('that was started as often as the disk is refused for the sequence that it lacks, or the boot', async () => {
    const cluster = await BootedCluster.of(3);
    const image = cluster.machine('n3').disk.copy();
    for (let i = 0; i < 2; i++) {
      cluster.kill('n3');
      await cluster.start('n3');
      await cluster.until(allUp(cluster));
    }
    await cluster.scheduler.advance(1_000);
    killAll(cluster);

    await cluster.start('n1');
    cluster.addMachine('n3', image);
    expect((await cluster.startRefused('n3')).code).toBe('KV_ROLLED_BACK');
  });
});

describe('the proper disk of a node', () => {
  it('comes back fine, however often all nodes are killed together, at any moment', async () => {
    const cluster = await BootedCluster.of(3);
    for (let round = 0; round < 12; round++) {
      await write(cluster, `v${round}`, 3);
      await cluster.scheduler.advance(round * 617);
      killAll(cluster);
      for (const name of NAMES) await cluster.start(name);
      await cluster.until(allUp(cluster));
      expect(refusals(cluster)).toEqual([]);
      expect(await read(cluster)).toBe(`v${round}`);
    }
  });

  it('comes back fine after all have stopped in good order', async () => {
    const cluster = await BootedCluster.of(3);
    for (let round = 0; round < 3; round++) {
      await write(cluster, `v${round}`, 3);
      for (const name of NAMES) await cluster.run(cluster.drain(name));
      for (const name of NAMES) await cluster.start(name);
      await cluster.until(allUp(cluster));
      expect(refusals(cluster)).toEqual([]);
    }
    expect(await read(cluster)).toBe('v2');
  });
});

describe('what a node remembers of others', () => {
  it('is as good as never known once it is lost', async () => {
    const cluster = await BootedCluster.of(3);
    await write(cluster, 'v');
    await cluster.scheduler.advance(10_000);
    killAll(cluster);
    for (const name of NAMES) {
      const { disk } = cluster.machine(name);
      const keys = disk.keys('meta', PEER_KEYS);
      expect(keys).toHaveLength(2);
      for (const key of keys) disk.damage('meta', key, () => undefined);
    }
    for (const name of NAMES) await cluster.start(name);
    await cluster.until(allUp(cluster));
    expect(await read(cluster)).toBe('v');
  });

  it('that cannot be written stops the node from serving, and says why', async () => {
    const cluster = await BootedCluster.of(3);
    await write(cluster, 'v');
    await cluster.scheduler.advance(10_000);
    cluster.machine('n1').disk.failWrites('meta');
    cluster.kill('n3');
    await cluster.start('n3');
    const { readiness } = cluster.at('n1').node;
    await cluster.until(() => readiness.failure() !== undefined, 5_000);
    expect(readiness.failure()).toMatchObject({ code: 'KV_STORE_FAILED' });
    expect(readiness.failure()?.message).toContain('other nodes');
  });
});
