import { beforeEach, describe, expect, it } from 'vitest';
import { REPAIR_MARKS } from '../../../src/node/core/hints/repair-mark.js';
import { SHARD_FOLDER } from '../../../src/node/store/store.js';
import { BootedCluster, text } from '../cluster/booted-cluster.js';

let cluster: BootedCluster;

beforeEach(async () => {
  cluster = await BootedCluster.of(4, 11);
  await put('n1', 'before');
});

async function put(coordinator: string, key: string): Promise<void> {
  await cluster.execute(coordinator, { kind: 'put', key, value: `v ${key}` });
}

/** Marks on the disk of a node. */
function marksOf(name: string): number {
  return cluster.machine(name).disk.keys(SHARD_FOLDER, REPAIR_MARKS).length;
}

function counted(name: string): number {
  return cluster.at(name).metrics.value('kv_node_repair_marked_slots');
}

/** A key of which n4 is an owner and the coordinator n1 is none. */
function foreignKey(): string {
  return cluster.keyWhere('n1', (replicas) => !replicas.includes('n1') && replicas.includes('n4'));
}

/** n4 goes, misses writes, and the hints for them are given up. */
async function missOn(keys: readonly string[]): Promise<void> {
  cluster.kill('n4');
  await cluster.until(() => ['n1', 'n2', 'n3'].every((one) => cluster.sees(one, 'n4') === 'down'));
  for (const key of keys) await put('n1', key);
  const { hints } = cluster.at('n1').node;
  await cluster.run(hints.purge(hints.report()[0]?.target ?? ''));
}

async function heldBy(name: string, key: string): Promise<string | undefined> {
  const result = await cluster.execute(name, { kind: 'get', key, level: 'one' });
  return result.kind === 'read' ? text(result) : undefined;
}

describe('a slot that is marked for repair', () => {
  it('stays so while an owner is away, and is forgotten when all of them are equal', async () => {
    const key = foreignKey();
    await missOn([key]);
    await cluster.scheduler.advance(120_000);
    expect([marksOf('n1'), counted('n1')]).toEqual([1, 1]);

    await cluster.start('n4');
    await cluster.until(() => marksOf('n1') === 0);
    expect(counted('n1')).toBe(0);
    expect(await heldBy('n4', key)).toBe(`v ${key}`);
    const told = cluster.at('n1').node.events.after(0);
    const messages = told.filter(({ kind }) => kind === 'repair').map(({ message }) => message);
    expect(messages).toEqual([
      '1 slot of the ring marked for repair: hints were not kept',
      '1 slot repaired that were marked; 0 more are left',
    ]);
  });

  it('is remembered by a coordinator that crashes, and forgotten then', async () => {
    await missOn([foreignKey()]);
    cluster.kill('n1');
    await cluster.start('n4');
    await cluster.scheduler.advance(60_000);
    await cluster.start('n1');
    expect(marksOf('n1')).toBe(1);
    await cluster.until(() => marksOf('n1') === 0);
    await cluster.until(() => counted('n1') === 0);
  });

  it('is asked for anew when the owner that was asked crashes', async () => {
    const key = foreignKey();
    await missOn([key]);
    // Owners that stop all the time: none of them ends a repair that it was asked for.
    await cluster.start('n4');
    for (const name of ['n2', 'n3', 'n4', 'n2', 'n3']) {
      await cluster.scheduler.advance(3_000);
      cluster.kill(name);
      await cluster.start(name);
    }
    await cluster.until(() => marksOf('n1') === 0);
    expect(await heldBy('n4', key)).toBe(`v ${key}`);
  });
});
