import { setMaxListeners } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { KvError } from '../../src/node/core/errors.js';
import { LIMITS } from '../../src/node/core/limits.js';
import type { WatchTick } from '../../src/node/core/views/event-views.js';
import { nextTurn } from '../../src/node/io/turn.js';
import { NAMESPACE_CHANGED, NAMESPACE_CHANGES, NAMESPACES } from './example-namespaces.js';
import { TOPOLOGY, TOPOLOGY_ORDERS } from './example-topology.js';
import { DESCRIBE, EVENTS, GOSSIP, NODE, OWNERS, RING, STATUS } from './example-views.js';
import { exampleJobs, exampleStorage, exampleTombstones } from '../unit/cli/example-storage.js';
import { openClientPort } from './grpc-fixtures.js';
import type { ClientPort, ClientPortOptions } from './grpc-fixtures.js';

const TICK: WatchTick = { status: STATUS, ring: RING, gossip: GOSSIP, events: EVENTS };

describe('the administrative questions over gRPC', () => {
  const ports: ClientPort[] = [];

  afterEach(() => {
    for (const port of ports.splice(0)) port.close();
  });

  async function open(options: ClientPortOptions): Promise<ClientPort> {
    const port = await openClientPort(options);
    ports.push(port);
    return port;
  }

  it('bring every view whole', async () => {
    const asked: unknown[] = [];
    const keep = (...question: unknown[]): void => void asked.push(question);
    const { connection } = await open({
      admin: {
        describe: async () => DESCRIBE,
        status: async () => STATUS,
        ring: async (options) => (keep(options), RING),
        owners: async (key, options) => (keep([...key], options), OWNERS),
        gossip: async () => GOSSIP,
        node: async (name) => (keep(name), NODE),
        events: async (options) => (keep(options), EVENTS),
        storage: async () => exampleStorage[2]!,
        tombstones: async () => exampleTombstones[0]!,
        storageJob: async (request) => (keep(request), exampleJobs[1]!),
        namespaces: async () => NAMESPACES,
        changeNamespace: async (change) => (keep(change), NAMESPACE_CHANGED),
        topology: async () => TOPOLOGY,
        changeTopology: async (order) => (keep(order), TOPOLOGY),
        hints: async (action, target) => (keep(action, target), { node: 'n1', hints: 3 }),
      },
    });
    expect(await connection.describe(5_000)).toEqual(DESCRIBE);
    expect(await connection.status(5_000)).toEqual(STATUS);
    expect(await connection.ring({ all: true }, 5_000)).toEqual(RING);
    const owners = await connection.owners(
      Uint8Array.of(0, 255),
      { offline: true, namespace: 'orders' },
      5_000,
    );
    expect({ ...owners, key: [...owners.key] }).toEqual({ ...OWNERS, key: [...OWNERS.key] });
    expect(await connection.gossip(5_000)).toEqual(GOSSIP);
    expect(await connection.node('n1', 5_000)).toEqual(NODE);
    expect(await connection.events({ limit: 7 }, 5_000)).toEqual(EVENTS);
    expect(await connection.hints('purge', 'n4', 5_000)).toEqual({ node: 'n1', hints: 3 });
    expect(await connection.storage(5_000)).toEqual(exampleStorage[2]);
    expect(await connection.tombstones(5_000)).toEqual(exampleTombstones[0]);
    const job = { kind: 'compact', action: 'stop', range: { start: 5, end: 4096 } } as const;
    expect(await connection.storageJob(job, 5_000)).toEqual(exampleJobs[1]);
    expect(await connection.namespaces(5_000)).toEqual(NAMESPACES);
    for (const change of NAMESPACE_CHANGES)
      expect(await connection.changeNamespace(change, 5_000)).toEqual(NAMESPACE_CHANGED);
    expect(await connection.topology(5_000)).toEqual(TOPOLOGY);
    for (const order of TOPOLOGY_ORDERS)
      expect(await connection.changeTopology(order, 5_000)).toEqual(TOPOLOGY);
    expect(asked).toEqual([
      [{ all: true }],
      [[0, 255], { offline: true, namespace: 'orders' }],
      ['n1'],
      [{ limit: 7 }],
      ['purge', 'n4'],
      [job],
      ...NAMESPACE_CHANGES.map((change) => [change]),
      ...TOPOLOGY_ORDERS.map((order) => [order]),
    ]);
  });

  it('bring a coded error with all that it says', async () => {
    const error = new KvError('KV_NOT_READY', 'draining', {
      hints: ['kv status'],
      replicas: [{ node: 'n1', state: 'down', detail: undefined }],
    });
    const { connection } = await open({ admin: { status: () => Promise.reject(error) } });
    await expect(connection.status(5_000)).rejects.toMatchObject({
      code: 'KV_NOT_READY',
      message: 'draining',
      outcome: 'not_applied',
      hints: ['kv status'],
      replicas: [{ node: 'n1', state: 'down', detail: undefined }],
    });
  });

  it('give the node what is left of the deadline, and give up when it passes', async () => {
    const seen: number[] = [];
    const { connection } = await open({
      admin: {
        describe: async () => DESCRIBE,
        status: (timeoutMs) => {
          seen.push(timeoutMs);
          return new Promise(() => undefined);
        },
      },
    });
    await connection.describe(5_000);
    await expect(connection.status(200)).rejects.toMatchObject({ code: 'KV_READ_TIMEOUT' });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toBeGreaterThan(0);
    expect(seen[0]).toBeLessThanOrEqual(200);
  });

  it('are answered only to a caller that may ask', async () => {
    const { connection } = await open({
      identify: () => ({ kind: 'client', id: 'mallory', roles: ['reader', 'writer'] }),
    });
    const questions: (() => Promise<unknown>)[] = [
      () => connection.describe(5_000),
      () => connection.status(5_000),
      () => connection.ring({ all: false }, 5_000),
      () => connection.owners(Uint8Array.of(1), { offline: false }, 5_000),
      () => connection.gossip(5_000),
      () => connection.node('n1', 5_000),
      () => connection.events({ limit: 1 }, 5_000),
      () => first(connection.watch({ intervalMs: 1_000 }, new AbortController().signal)),
    ];
    for (const ask of questions)
      await expect(ask()).rejects.toMatchObject({ code: 'KV_FORBIDDEN' });
  });

  it('watch brings tick after tick until it is aborted, and then ends quietly', async () => {
    let given: unknown;
    const ended: boolean[] = [];
    const { connection, server } = await open({
      admin: {
        watch: (options, signal) => {
          given = options;
          signal.addEventListener('abort', () => {
            ended.push(true);
          });
          return endless();
        },
      },
    });
    const abort = new AbortController();
    const ticks: WatchTick[] = [];
    for await (const tick of connection.watch({ intervalMs: 250 }, abort.signal)) {
      ticks.push(tick);
      if (ticks.length === 3) abort.abort();
    }
    expect(ticks).toEqual([TICK, TICK, TICK]);
    expect(given).toEqual({ intervalMs: 250 });
    while (ended.length === 0 || server.streams() > 0) await nextTurn();
  });

  it('watch fails when the node goes away', async () => {
    const { connection, server } = await open({ admin: { watch: () => endless() } });
    const signal = new AbortController().signal;
    const ticks = connection.watch({ intervalMs: 1_000 }, signal)[Symbol.asyncIterator]();
    await ticks.next();
    server.close();
    const reading = (async () => {
      while ((await ticks.next()).done !== true);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'KV_UNREACHABLE' });
  });

  it('watch is served to so many readers and no more', async () => {
    const { connection, server } = await open({ admin: { watch: () => endless() } });
    const abort = new AbortController();
    setMaxListeners(0, abort.signal);
    const readers = Array.from({ length: LIMITS.watchStreams }, () =>
      first(connection.watch({ intervalMs: 60_000 }, abort.signal)),
    );
    await Promise.all(readers);
    expect(server.streams()).toBe(LIMITS.watchStreams);
    const one = first(connection.watch({ intervalMs: 60_000 }, abort.signal));
    await expect(one).rejects.toMatchObject({ code: 'KV_OVERLOADED' });
    abort.abort();
  });

  it('refuse an answer with a word that this version does not know', async () => {
    const odd = { ...STATUS, health: 'PURPLE' } as unknown as typeof STATUS;
    const { connection } = await open({ admin: { status: async () => odd } });
    await expect(connection.status(5_000)).rejects.toMatchObject({ code: 'KV_NOT_A_KV_NODE' });
  });
});

/** Ticks as fast as they are taken. */
async function* endless(): AsyncGenerator<WatchTick> {
  yield TICK;
  await nextTurn();
  yield* endless();
}

/** The first tick; the watch goes on. */
function first(ticks: AsyncIterable<WatchTick>): Promise<IteratorResult<WatchTick>> {
  return ticks[Symbol.asyncIterator]().next();
}
