import { expect } from 'vitest';
import { Prng } from '../../../src/stdx/prng.js';
import { RealCluster } from '../real-cluster.js';
import { Stage } from '../stage.js';
import { TolerantLoad } from './tolerant-load.js';

const NODES = ['n1', 'n2', 'n3'];
const IN_FLIGHT = 16;
/** Attempts between two kills, at most; and those that a restarted node sees before it may be killed again. */
const BETWEEN = 300;
const SOON = 40;

/** Fewer than this are no test. */
const LEAST = 3;

/** How often a node is killed, and after which time no further kill is begun. */
export interface KillPlan {
  readonly kills: number;
  readonly seed: number;
  readonly withinMs: number;
}

/**
 * Kills one of three nodes at a random moment of a load at quorum, and starts it again, so many times; now and then again as soon as it
 * serves. Every acknowledged write is read back at the end, and after every twentieth kill.
 */
export async function killRounds({ kills, seed, withinMs }: KillPlan): Promise<void> {
  const untilMs = performance.now() + withinMs;
  let done = 0;
  const stage = new Stage();
  const cluster = await RealCluster.start(stage, NODES.length);
  const client = cluster.client();
  const prng = new Prng(seed);
  try {
    const load = new TolerantLoad(client, IN_FLIGHT);
    while (done < kills && (done < LEAST || performance.now() < untilMs)) {
      done += 1;
      const name = NODES[prng.int(NODES.length)]!;
      await load.more(1 + prng.int(BETWEEN));
      await cluster.node(name).process.kill();
      await load.more(1 + prng.int(SOON));
      await cluster.startNode(name);
      if (prng.int(4) === 0) {
        await load.more(1 + prng.int(SOON));
        await cluster.node(name).process.kill();
        await cluster.startNode(name);
      }
      await cluster.settled();
      if (done % 20 === 0)
        expect(await load.lost(), `after ${done} kills of seed ${seed}`).toEqual([]);
    }
    await load.stop();
    expect(await load.lost(), `at the end of seed ${seed}`).toEqual([]);
    console.log(`${done} kills: ${load.acknowledged} acknowledged writes, none lost`);
    expect(load.acknowledged).toBeGreaterThan(done * 10);
  } finally {
    client.close();
    await stage.clear();
  }
}
