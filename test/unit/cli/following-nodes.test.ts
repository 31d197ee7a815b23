import { describe, expect, it } from 'vitest';
import { DashboardSource } from '../../../src/cli/dashboard-source.js';
import { RoamingClient } from '../../../src/cli/roaming-client.js';
import type { Endpoint } from '../../../src/client/transport.js';
import type { WatchTick } from '../../../src/node/core/views/event-views.js';
import { eachTurn } from '../../../src/node/io/turn.js';
import { Scheduler } from '../../../src/sim/scheduler.js';
import { SimCluster } from '../../../src/sim/sim-cluster.js';
import { utf8Encode } from '../../../src/stdx/bytes.js';

const MINUTE_MS = 60_000;
const endpoint = (host: string): Endpoint => ({ host, port: 7400 });

async function threeNodes(seed: number) {
  const scheduler = new Scheduler(eachTurn);
  const cluster = new SimCluster(scheduler, seed);
  await cluster.boot(3);
  let clients = 0;
  const connect = (endpoints: readonly Endpoint[]) =>
    cluster.client(`c${++clients}`, { endpoints, routing: 'any' }).client;
  return {
    cluster,
    connect,
    count: () => clients,
    settle: <T>(promise: Promise<T>) => scheduler.settle(promise, MINUTE_MS),
  };
}

describe('a client that asks for the status again and again', () => {
  it('goes to a node that it has learned of when the one it was given is killed', async () => {
    const { cluster, connect, settle } = await threeNodes(11);
    const client = new RoamingClient([endpoint('n1')], async (endpoints) => connect(endpoints));

    expect((await settle(client.status())).viewedFrom).toBe('n1');
    cluster.kill('n1');
    await expect(settle(client.status())).rejects.toMatchObject({ code: 'KV_UNREACHABLE' });
    expect((await settle(client.status())).viewedFrom).not.toBe('n1');
    client.close();
  });
});

describe('what feeds the dashboard', () => {
  const interval = { intervalMs: 1000 };

  it('shows the view of the node that is wanted', async () => {
    const { connect, settle } = await threeNodes(12);
    const source = new DashboardSource([endpoint('n1')], connect);
    const node = { name: 'n3', address: 'n3:7400' };
    const controller = new AbortController();
    const ticks = source.watch({ node, ...interval }, controller.signal)[Symbol.asyncIterator]();

    const first = await settle(ticks.next());
    // A tick, since the stream has not ended.
    expect((first.value as WatchTick).status.viewedFrom).toBe('n3');
    controller.abort();
    expect(await settle(ticks.next())).toMatchObject({ done: true });
    expect((await settle(source.owners(utf8Encode('k'), node))).viewedFrom).toBe('n3');
    source.close();
  });

  it('finds a living node among its endpoints, and leaves what follows when it is lost to the dashboard', async () => {
    const { cluster, connect, settle } = await threeNodes(13);
    cluster.kill('n1');
    const endpoints = [endpoint('n1'), endpoint('n2'), endpoint('n3')];
    const source = new DashboardSource(endpoints, connect);
    const ticks = source
      .watch({ node: undefined, ...interval }, new AbortController().signal)
      [Symbol.asyncIterator]();

    expect(await settle(ticks.next())).toMatchObject({ value: { status: { viewedFrom: 'n2' } } });
    cluster.kill('n2');
    await expect(settle(untilItThrows(ticks))).rejects.toMatchObject({ code: 'KV_UNREACHABLE' });
    source.close();
  });

  it('says of every endpoint why it is of no use', async () => {
    const { cluster, connect, settle } = await threeNodes(14);
    cluster.kill('n1');
    cluster.kill('n2');
    const source = new DashboardSource([endpoint('n1'), endpoint('n2')], connect);
    const ticks = source.watch({ node: undefined, ...interval }, new AbortController().signal);

    await expect(settle(untilItThrows(ticks[Symbol.asyncIterator]()))).rejects.toMatchObject({
      code: 'KV_UNREACHABLE',
      message: expect.stringMatching(/.+; .+/) as string,
    });
  });

  it('uses one connection for a node, however often it is asked', async () => {
    const { connect, count, settle } = await threeNodes(15);
    const source = new DashboardSource([endpoint('n1')], connect);
    for (let i = 0; i < 3; i++) await settle(source.events(10, undefined));

    expect(count()).toBe(1);
    source.close();
  });

  it('asks the node that is wanted of plans and repairs, and has them changed by it', async () => {
    const { connect, settle } = await threeNodes(17);
    const source = new DashboardSource([endpoint('n1')], connect);
    const node = { name: 'n3', address: 'n3:7400' };

    expect(await settle(source.topology(node))).toMatchObject({
      ...{ viewedFrom: 'n3', plan: undefined },
    });
    expect((await settle(source.topology(undefined))).viewedFrom).toBe('n1');
    await expect(
      settle(source.changePlan({ action: 'cancel', plan: 99 }, node)),
    ).rejects.toMatchObject({ code: 'KV_EPOCH_CHANGED' });
    expect(await settle(source.repairs(node))).toEqual([]);
    expect(await settle(source.cancelRepair('r-0001', node))).toBeUndefined();
    source.close();
  });

  it('does not take the repairs of a node for those of another that has its address', async () => {
    const { connect, settle } = await threeNodes(18);
    const source = new DashboardSource([endpoint('n1')], connect);

    await expect(settle(source.repairs({ name: 'n2', address: 'n3:7400' }))).rejects.toMatchObject({
      code: 'KV_UNREACHABLE',
      message: 'n3 answers at n3:7400',
    });
    source.close();
  });

  it('cannot ask a node whose address is none', async () => {
    const { connect } = await threeNodes(16);
    const source = new DashboardSource([endpoint('n1')], connect);

    await expect(source.events(10, { name: 'n9', address: '?' })).rejects.toMatchObject({
      code: 'KV_UNREACHABLE',
    });
  });
});

async function untilItThrows(ticks: AsyncIterator<WatchTick>): Promise<void> {
  while ((await ticks.next()).done !== true);
}
