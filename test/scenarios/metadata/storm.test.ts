import { describe, expect, it } from 'vitest';
import { KvError } from '../../../src/node/core/errors.js';
import { Prng } from '../../../src/stdx/prng.js';
import { release } from './changes.js';
import { LogCluster } from './log-cluster.js';

/** Everything at once for a while: proposers on all nodes, lost messages, crashes and restarts. Then calm. */
async function storm(seed: number): Promise<LogCluster> {
  const prng = new Prng(seed);
  const cluster = await LogCluster.of(5, seed);
  cluster.network.options = {
    latencyMs: () => 0.2 + prng.nextFloat() * 30,
    loss: () => 0.1,
  };
  const pending: Promise<unknown>[] = [];
  const names = ['n1', 'n2', 'n3', 'n4', 'n5'];
  const down = new Set<string>();
  for (let i = 0; i < 40; i++) {
    const name = names[prng.int(names.length)]!;
    const dice = prng.int(10);
    if (dice === 0 && down.size < 2 && !down.has(name)) {
      cluster.kill(name);
      down.add(name);
    } else if (dice < 3 && down.has(name)) {
      down.delete(name);
      await cluster.restart(name);
    } else if (!down.has(name)) {
      const change = release(`storm ${i}`, names[prng.int(5)]!);
      pending.push(settled(cluster.node(name).service.change(change, 1_500)));
    }
    await cluster.scheduler.advance(prng.int(400));
  }
  for (const name of down) await cluster.restart(name);
  cluster.network.options = { latencyMs: () => 0.2, loss: () => 0 };
  await cluster.settle();
  return cluster;
}

/** A change may fail in a storm, with a coded error. */
async function settled(change: Promise<unknown>): Promise<void> {
  try {
    await change;
  } catch (error) {
    if (!(error instanceof KvError)) throw error;
  }
}

describe('nodes that change metadata at once in a storm', () => {
  for (const seed of [11, 12, 13]) {
    it(`agree on every epoch afterwards (seed ${seed})`, async () => {
      const cluster = await storm(seed);
      const [first, ...others] = cluster.living().map(({ name }) => cluster.view(name).metadata);
      expect(first?.epoch).toBeGreaterThan(15);
      for (const other of others) expect(other).toEqual(first);
      for (const { fatal, failed } of cluster.living()) expect([...fatal, ...failed]).toEqual([]);
    });
  }
});
