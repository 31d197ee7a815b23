import { describe, expect, it } from 'vitest';
import type { KvClient } from '../../../src/client/client.js';
import { KvError } from '../../../src/node/core/errors.js';
import { utf8Encode } from '../../../src/stdx/bytes.js';
import { BootedCluster, text } from './booted-cluster.js';
import { lostWrites, type HistoryEvent } from './write-history.js';

const KEYS = ['a', 'b'];
const STEPS = 40;
const SEEDS = 8;

/** One client that writes and reads at random, one operation after the other; gives what it saw. */
async function act(
  cluster: BootedCluster,
  { name, aheadMs }: { readonly name: string; readonly aheadMs: number },
): Promise<readonly HistoryEvent[]> {
  const { client, process } = cluster.client(name);
  process.jumpClock(aheadMs);
  const seen: HistoryEvent[] = [];
  for (let i = 0; i < STEPS; i++) {
    const key = KEYS[cluster.random.nextU32() % KEYS.length]!;
    const write = cluster.random.nextFloat() < 0.6;
    seen.push(
      write ? await put(cluster, client, [key, `${name}-${i}`]) : await get(cluster, client, key),
    );
    await new Promise<void>((resolve) => {
      process.after(cluster.random.nextFloat() * 30, resolve);
    });
  }
  return seen;
}

async function put(
  { scheduler }: BootedCluster,
  client: KvClient,
  [key, value]: readonly [string, string],
): Promise<HistoryEvent> {
  const event = { kind: 'write', key, value, startMs: scheduler.nowMs() } as const;
  try {
    await client.put(utf8Encode(key), utf8Encode(value), { level: 'quorum' });
    return { ...event, endMs: scheduler.nowMs(), acknowledged: true };
  } catch (error) {
    if (!(error instanceof KvError)) throw error;
    return { ...event, endMs: Number.POSITIVE_INFINITY, acknowledged: false };
  }
}

async function get(
  { scheduler }: BootedCluster,
  client: KvClient,
  key: string,
): Promise<HistoryEvent> {
  const event = { kind: 'read', key, startMs: scheduler.nowMs() } as const;
  try {
    const result = await client.get(utf8Encode(key), { level: 'quorum' });
    return { ...event, value: text(result), endMs: scheduler.nowMs(), acknowledged: true };
  } catch (error) {
    if (!(error instanceof KvError)) throw error;
    return { ...event, value: undefined, endMs: scheduler.nowMs(), acknowledged: false };
  }
}

/** Two clients at once, and at the end one look at every key. */
async function runBoth(
  seed: number,
  loss: number,
): Promise<{
  readonly events: readonly HistoryEvent[];
  readonly superseded: number;
}> {
  const cluster = await BootedCluster.of(3, seed);
  cluster.network.options = {
    latencyMs: () => 0.2 + cluster.random.nextFloat() * 20,
    loss: () => loss,
  };
  const clients = [
    act(cluster, { name: 'exact', aheadMs: 0 }),
    act(cluster, { name: 'ahead', aheadMs: 400 }),
  ];
  const seen = (await cluster.scheduler.settle(Promise.all(clients), 600_000)).flat();
  cluster.network.options = { latencyMs: () => 0.2, loss: () => 0 };
  const { client } = cluster.client('last');
  const last: HistoryEvent[] = [];
  for (const key of KEYS) last.push(await cluster.run(get(cluster, client, key)));
  const superseded = cluster
    .running()
    .reduce((sum, { metrics }) => sum + metrics.value('kv_write_superseded_total'), 0);
  return { events: [...seen, ...last], superseded };
}

describe('two clients, one with its clock 400 ms ahead', () => {
  it.each([0, 0.03])(
    'lose no acknowledged quorum write when %d of the messages are lost',
    async (loss) => {
      let superseded = 0;
      let acknowledged = 0;
      for (let seed = 1; seed <= SEEDS; seed++) {
        const run = await runBoth(seed, loss);
        expect(lostWrites(run.events), `seed ${seed}`).toEqual([]);
        superseded += run.superseded;
        acknowledged += run.events.filter((event) => event.acknowledged).length;
      }
      // Without clocks that disagree, or with writes that all fail, nothing would have been tested.
      expect(superseded).toBeGreaterThan(SEEDS);
      expect(acknowledged).toBeGreaterThan(SEEDS * STEPS);
    },
  );
});
