import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KvClient } from '../../../src/client/client.js';
import { utf8Encode } from '../../../src/stdx/bytes.js';
import { QuorumLoad } from '../quorum-load.js';
import { RealCluster } from '../real-cluster.js';
import { Stage } from '../stage.js';

const IN_FLIGHT = 16;
/** How much of a window is measured, in operations. */
const WINDOW = 1_000;

let stage: Stage;
let cluster: RealCluster;
let client: KvClient;

beforeAll(async () => {
  stage = new Stage();
  cluster = await RealCluster.start(stage, 3);
  client = cluster.client();
});

afterAll(async () => {
  client.close();
  await stage.clear();
});

/** Versions that the replicas of a key hold, as `kv ring owners` tells them. */
async function versions(key: string): Promise<readonly (string | undefined)[]> {
  const { replicas } = await client.owners(utf8Encode(key), { offline: false });
  return replicas.map((replica) => replica.version);
}

describe('three node processes under quorum load', () => {
  it('lose nothing and fail nothing when one is killed, and heal by reading after its restart', async () => {
    const load = new QuorumLoad(client, IN_FLIGHT);
    await load.more(500);
    await cluster.node('n3').process.kill();
    await load.more(500);
    for (const name of ['n1', 'n2'])
      await cluster.until(name, ({ nodes }) =>
        nodes.some((node) => node.name === 'n3' && node.liveness === 'down'),
      );
    await load.more(200);
    await load.stop();
    expect(await load.lost()).toEqual([]);

    await cluster.startNode('n3');
    await cluster.settled();
    const [key = ''] = load.keys();
    // It has missed the last writes of every key: nothing but a read heals it.
    expect(new Set(await versions(key)).size).toBe(2);
    expect(await load.lost('all')).toEqual([]);
    for (const each of load.keys()) expect(new Set(await versions(each)).size).toBe(1);

    const { code, document } = await stage.json(['ring', 'owners', key, '-e', cluster.endpoints()]);
    expect(code).toBe(0);
    const { replicas } = document.result as { replicas: { version: string; copy: string }[] };
    expect(replicas.map(({ copy }) => copy)).toEqual(['present', 'present', 'present']);
    expect(new Set(replicas.map(({ version }) => version)).size).toBe(1);
  });

  it('fail nothing while one is drained and restarted, which exits with 0', async () => {
    const load = new QuorumLoad(client, IN_FLIGHT);
    await load.more(200);
    const { process } = cluster.node('n2');
    process.signal('SIGTERM');
    expect(await process.ended).toEqual({ code: 0, signal: null });
    await cluster.startNode('n2');
    await load.more(200);
    await cluster.settled();
    await load.stop();
    expect(await load.lost()).toEqual([]);
  });

  it('go on at a good part of their rate when one stands still', async () => {
    const load = new QuorumLoad(client, IN_FLIGHT);
    await load.more(200);
    const before = await rate(load);
    cluster.node('n3').process.signal('SIGSTOP');
    // What was sent to the node that stands still waits for its deadline, once.
    await load.renewed();
    const during = await rate(load);
    cluster.node('n3').process.signal('SIGCONT');
    await load.more(200);
    await load.stop();
    const ratio = during / before;
    console.log(`quorum operations with one of three nodes stopped: ${ratio.toFixed(2)} of before`);
    expect(ratio).toBeGreaterThan(0.4);
    expect(await load.lost()).toEqual([]);
    await cluster.settled();
  });
});

/** Operations per second over the next window. */
async function rate(load: QuorumLoad): Promise<number> {
  const startMs = performance.now();
  await load.more(WINDOW);
  return (WINDOW * 1_000) / (performance.now() - startMs);
}
