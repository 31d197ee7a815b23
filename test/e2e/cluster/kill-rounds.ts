import { expect } from 'vitest';
import type { KvClient } from '../../../src/client/client.js';
import { Prng } from '../../../src/stdx/prng.js';
import { RealCluster } from '../real-cluster.js';
import { Stage } from '../stage.js';
import { TolerantLoad } from './tolerant-load.js';

const NODES = ['n1', 'n2', 'n3'];
const IN_FLIGHT = 16;
/** Attempts before the kill, at most, and after it. */
const BEFORE = 300;
const AFTER = 40;
/** Fewer rounds than this are no test. */
const LEAST = 3;

/** How often nodes are killed, and after which time no further round is begun. */
export interface KillPlan {
  readonly rounds: number;
  readonly seed: number;
  readonly withinMs: number;
}

/**
 * Kills one of three nodes, or two at once, at a random moment of a load at quorum, starts them again, and reads back all that was
 * acknowledged, so many times; at the end all of all rounds.
 */
export async function killRounds({ rounds, seed, withinMs }: KillPlan): Promise<void> {
  const untilMs = performance.now() + withinMs;
  const stage = new Stage();
  const cluster = await RealCluster.start(stage, NODES.length);
  const prng = new Prng(seed);
  const loads: TolerantLoad[] = [];
  try {
    while (loads.length < rounds && (loads.length < LEAST || performance.now() < untilMs)) {
      const name = `round-${loads.length}`;
      const load = await withClient(cluster, async (client) => {
        const running = new TolerantLoad(client, { name, inFlight: IN_FLIGHT });
        await killUnder(running, cluster, prng);
        return running;
      });
      loads.push(load);
      await expectWhole(cluster, [load], `after round ${loads.length} of seed ${seed}`);
    }
    await expectWhole(cluster, loads, `at the end of seed ${seed}`);
    const acknowledged = loads.reduce((sum, load) => sum + load.acknowledged, 0);
    console.log(`${loads.length} rounds: ${acknowledged} acknowledged writes, none lost`);
    expect(acknowledged).toBeGreaterThan(loads.length * 10);
  } finally {
    await stage.clear();
  }
}

/** A client for one purpose: the nodes of the next round are elsewhere. */
async function withClient<T>(
  cluster: RealCluster,
  use: (client: KvClient) => Promise<T>,
): Promise<T> {
  const client = cluster.client();
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

async function expectWhole(
  cluster: RealCluster,
  loads: readonly TolerantLoad[],
  when: string,
): Promise<void> {
  await withClient(cluster, async (reader) => {
    for (const load of loads) expect(await load.lost(reader), when).toEqual([]);
  });
}

/** One round: the load is over when the nodes are started again, so that nothing hides what they have lost. */
async function killUnder(load: TolerantLoad, cluster: RealCluster, prng: Prng): Promise<void> {
  const victims = prng.shuffle([...NODES]).slice(0, 1 + prng.int(2));
  await load.more(1 + prng.int(BEFORE));
  await Promise.all(victims.map((name) => cluster.node(name).process.kill()));
  if (victims.length === 1) await load.more(1 + prng.int(AFTER));
  await load.stop();
  // The one that was not killed tells the others where they are: their ports are other ones now.
  for (const name of victims) await cluster.startNode(name);
  await cluster.settled();
}
