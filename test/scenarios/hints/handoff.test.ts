import { beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../src/node/core/settings.js';
import { BootedCluster, text } from '../cluster/booted-cluster.js';

let cluster: BootedCluster;

beforeEach(async () => {
  cluster = await BootedCluster.of(3);
  // The first write opens the cluster.
  await write('n1', 'before');
});

const NAMES = ['n1', 'n2', 'n3'] as const;

/** Hints that a node keeps now. */
function hintsOf(name: string): number {
  return cluster.at(name).metrics.value('kv_node_hints');
}

function delivered(name: string): number {
  return cluster.at(name).metrics.value('kv_node_hints_delivered_total');
}

async function write(
  coordinator: string,
  key: string,
  level = 'quorum',
): Promise<readonly string[]> {
  const result = await cluster.execute(coordinator, { kind: 'put', key, value: `v ${key}`, level });
  if (result.kind !== 'written') throw new Error('not a write');
  return result.acks;
}

/** Stops a node with a crash, and waits until the others know. */
async function lose(name: string): Promise<void> {
  cluster.kill(name);
  const others = NAMES.filter((one) => one !== name && cluster.find(one) !== undefined);
  await cluster.until(() => others.every((other) => cluster.sees(other, name) === 'down'));
}

/** What a node itself holds of a key, asked of nobody else. */
async function heldBy(name: string, key: string): Promise<string | undefined> {
  const result = await cluster.execute(name, { kind: 'get', key, level: 'one' });
  return result.kind === 'read' ? text(result) : undefined;
}

describe('a node that was down', () => {
  it('gets what it missed when it is back, and the hints are forgotten', async () => {
    await lose('n3');
    for (let i = 0; i < 20; i++) await write(i % 2 === 0 ? 'n1' : 'n2', `k${i}`);
    expect([hintsOf('n1'), hintsOf('n2')]).toEqual([10, 10]);

    await cluster.start('n3');
    await cluster.until(() => hintsOf('n1') + hintsOf('n2') === 0);

    for (let i = 0; i < 20; i++) expect(await heldBy('n3', `k${i}`)).toBe(`v k${i}`);
    expect([delivered('n1'), delivered('n2')]).toEqual([10, 10]);
    await cluster.scheduler.advance(1_000);
    const told = cluster
      .at('n1')
      .node.events.after(0)
      .filter(({ kind }) => kind === 'hint');
    expect(told.map(({ message }) => message)).toContain(
      'has replayed 10 hints to n3, none is left',
    );
  });

  it('gets it also when the holder crashed and came back meanwhile', async () => {
    await lose('n3');
    for (let i = 0; i < 5; i++) await write('n1', `k${i}`);
    await lose('n1');
    await cluster.start('n1');
    await cluster.start('n3');

    await cluster.until(() => delivered('n1') === 5);
    expect(hintsOf('n1')).toBe(0);
    for (let i = 0; i < 5; i++) expect(await heldBy('n3', `k${i}`)).toBe(`v k${i}`);
  });

  it('keeps what is newer than its hints', async () => {
    await lose('n3');
    await write('n1', 'k');
    cluster.at('n1').node.hints.pause(undefined);
    await cluster.start('n3');
    await cluster.until(() => NAMES.every((name) => cluster.sees('n2', name) === 'up'));
    await cluster.execute('n2', { kind: 'put', key: 'k', value: 'newer', level: 'all' });
    expect(hintsOf('n1')).toBe(1);

    cluster.at('n1').node.hints.resume(undefined);
    await cluster.until(() => hintsOf('n1') === 0);
    expect(await heldBy('n3', 'k')).toBe('newer');
  });

  it('has its ranges marked for repair when its hints are purged', async () => {
    await lose('n3');
    for (let i = 0; i < 5; i++) await write('n1', `k${i}`);
    const { hints } = cluster.at('n1').node;
    const [report] = hints.report();
    expect(report).toMatchObject({ count: 5, state: 'waiting', bytesPerSecond: 0 });

    expect(await cluster.run(hints.purge(report?.target ?? ''))).toBe(5);

    expect(hintsOf('n1')).toBe(0);
    expect(cluster.at('n1').metrics.value('kv_node_repair_marked_slots')).toBe(5);
  });
});

describe('hints', () => {
  it('wait while they are paused', async () => {
    await lose('n3');
    await write('n1', 'k');
    cluster.at('n1').node.hints.pause(undefined);
    await cluster.start('n3');
    await cluster.scheduler.advance(30_000);
    expect([hintsOf('n1'), cluster.at('n1').node.hints.report()[0]?.state]).toEqual([1, 'paused']);
  });

  it('are replayed again, and forgotten, when they were delivered and not forgotten', async () => {
    await lose('n3');
    for (let i = 0; i < 5; i++) await write('n1', `k${i}`);
    let left = 2;
    cluster.buggify = (point) => point === 'hints.late-forget' && left-- > 0;
    await cluster.start('n3');
    await cluster.until(() => hintsOf('n1') === 0);
    expect(left).toBeLessThan(0);
    for (let i = 0; i < 5; i++) expect(await heldBy('n3', `k${i}`)).toBe(`v k${i}`);
  });

  it('of a write at level any are all that is left of it, and survive a crash of their holder', async () => {
    cluster = await BootedCluster.of(4);
    await write('n1', 'before');
    const key = cluster.keyWhere('n1', (replicas) => !replicas.includes('n1'));
    for (const name of ['n2', 'n3', 'n4']) await lose(name);
    expect(await write('n1', key, 'any')).toEqual([]);
    cluster.kill('n1');

    for (const name of ['n1', 'n2', 'n3', 'n4']) await cluster.start(name);
    await cluster.until(() => delivered('n1') === 3);
    for (const name of ['n2', 'n3', 'n4']) expect(await heldBy(name, key)).toBe(`v ${key}`);
  });

  it('for a node that was removed go to those that own its keys now', async () => {
    cluster = await BootedCluster.of(4);
    await write('n1', 'before');
    const key = cluster.keyWhere('n1', (replicas) => replicas.includes('n4'));
    await lose('n4');
    await write('n1', key);
    await cluster.remove('n1', 'n4');

    await cluster.until(() => hintsOf('n1') === 0);
    for (const name of ['n1', 'n2', 'n3']) expect(await heldBy(name, key)).toBe(`v ${key}`);
  });

  it('whose window is over are given up, and their ranges marked', async () => {
    await lose('n3');
    await write('n1', 'k');
    for (const name of ['n1', 'n2'])
      cluster.stepClock(name, DEFAULT_SETTINGS.hintWindowMs - 60_000);
    await cluster.scheduler.advance(10_000);
    expect(hintsOf('n1')).toBe(1);
    expect(cluster.at('n1').node.hints.report()[0]?.windowLeftMs).toBeLessThanOrEqual(60_000);
    await cluster.scheduler.advance(62_000);
    expect(hintsOf('n1')).toBe(0);
    expect(cluster.at('n1').metrics.value('kv_node_repair_marked_slots')).toBe(1);
    expect(cluster.at('n1').metrics.value('kv_node_hints_expired_total')).toBe(1);
  });
});
