import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import type { KvClient } from '../../../src/client/client.js';
import { GrpcClientTransport } from '../../../src/client/grpc/grpc-client-transport.js';
import { systemEnv } from '../../../src/client/grpc/system-env.js';
import type { PlanView, TopologyView } from '../../../src/node/core/views/topology-views.js';
import { utf8Encode } from '../../../src/stdx/bytes.js';
import { RealCluster } from '../real-cluster.js';
import { Stage } from '../stage.js';
import { TolerantLoad } from './tolerant-load.js';

const IN_FLIGHT = 8;
const ALIVE: ReadonlySet<string> = new Set(['up', 'joining', 'leaving']);
const POLL_MS = 100;
const PATIENCE_MS = 300_000;

/** How much there is to move, and how many writes come between two kills. */
export interface RingKillsPlan {
  readonly values: number;
  readonly valueBytes: number;
  readonly between: number;
}

/**
 * Grows a cluster of three nodes by two in one plan, and shrinks it by the same two in another, under a load at quorum, while one node after
 * the other is killed and started again: one that joins or leaves, one that gives, and whoever drives the plan.
 */
export async function ringKills(plan: RingKillsPlan): Promise<void> {
  const stage = new Stage();
  const client: { current?: KvClient } = {};
  try {
    const cluster = await RealCluster.start(stage, 3);
    client.current = cluster.client();
    await fill(client.current, plan);
    const load = new TolerantLoad(client.current, { name: 'moving', inFlight: IN_FLIGHT });
    const run = new RingKills(stage, cluster, { load, between: plan.between });
    await run.grow();
    await run.shrink();
    await load.stop();
    const reader = cluster.client();
    try {
      expect(await load.lost(reader)).toEqual([]);
      expect(await missing(reader, plan)).toBe(0);
    } finally {
      reader.close();
    }
    expect(load.failures).toEqual([]);
    console.log(
      `${load.acknowledged} acknowledged writes, none lost; kills: ${run.kills.join(', ')}`,
    );
  } finally {
    client.current?.close();
    await stage.clear();
  }
}

interface UnderLoad {
  readonly load: TolerantLoad;
  readonly between: number;
}

class RingKills {
  readonly kills: string[] = [];
  readonly #stage: Stage;
  readonly #cluster: RealCluster;
  readonly #under: UnderLoad;

  constructor(stage: Stage, cluster: RealCluster, under: UnderLoad) {
    this.#stage = stage;
    this.#cluster = cluster;
    this.#under = under;
  }

  /** n4 and n5 join in one plan. */
  async grow(): Promise<void> {
    const { listen } = this.#cluster.node('n1').ready;
    for (const name of ['n4', 'n5']) await this.#cluster.startNode(name, ['--join', listen]);
    await this.#command(['cluster', 'commit', '--yes', '--detach']);
    const plan = await this.#moving();
    await this.#killed('n4', plan);
    await this.#killed('n2', plan);
    await this.#killed((await this.#running())?.driver, plan);
    await this.#done();
    await this.#cluster.settled();
  }

  /** The same two leave in one plan, and end by themselves. */
  async shrink(): Promise<void> {
    for (const name of ['n4', 'n5'])
      await this.#command(['node', 'decommission', name, '--stage', '--confirm', name]);
    await this.#command(['cluster', 'commit', '--yes', '--detach']);
    const plan = await this.#moving();
    await this.#killed('n5', plan);
    await this.#killed('n3', plan);
    await this.#killed((await this.#running())?.driver, plan);
    await this.#done();
    for (const name of ['n4', 'n5']) {
      const { process } = this.#cluster.node(name);
      expect((await process.ended).code, process.stderr).toBe(0);
    }
    await this.#cluster.settled();
  }

  /** Kills a node while the plan runs, lets the load go on without it, and starts it again. */
  async #killed(name: string | undefined, plan: PlanView): Promise<void> {
    const now = await this.#running();
    if (name === undefined || now?.id !== plan.id) return;
    await this.#cluster.node(name).process.kill();
    this.kills.push(`${name} in ${now.step}`);
    await this.#under.load.more(this.#under.between);
    await this.#cluster.startNode(name);
    await this.#cluster.until(name, ({ nodes }) => nodes.every(({ state }) => ALIVE.has(state)));
    await this.#under.load.more(this.#under.between);
  }

  /** The plan, once data is moved. */
  async #moving(): Promise<PlanView> {
    const plan = await this.#when(({ plan: one }) => one?.step === 'write-both');
    if (plan === undefined) throw new Error('no plan runs');
    return plan;
  }

  async #done(): Promise<void> {
    await this.#when(({ plan }) => plan === undefined);
  }

  async #running(): Promise<PlanView | undefined> {
    return await this.#when(() => true);
  }

  /** The plan as one of the nodes sees it, as soon as that is as wanted. */
  async #when(accept: (view: TopologyView) => boolean): Promise<PlanView | undefined> {
    const untilMs = performance.now() + PATIENCE_MS;
    const transport = new GrpcClientTransport(systemEnv());
    const [asked] = this.#cluster.running();
    if (asked === undefined) throw new Error('no node runs');
    const connection = transport.connect(asked.client);
    try {
      while (performance.now() < untilMs) {
        const view = await connection.topology(10_000);
        if (accept(view)) return view.plan;
        await delay(POLL_MS);
      }
    } finally {
      connection.close();
    }
    throw new Error('the plan has not come so far in time');
  }

  async #command(args: readonly string[]): Promise<void> {
    const end = await this.#stage.command([...args, '-e', this.#cluster.endpoints()]);
    expect(end, `${end.stdout}${end.stderr}`).toMatchObject({ code: 0 });
  }
}

function ballastKey(i: number): Uint8Array {
  return utf8Encode(`ballast-${i}`);
}

async function fill(client: KvClient, { values, valueBytes }: RingKillsPlan): Promise<void> {
  const value = new Uint8Array(valueBytes).fill(7);
  for (let from = 0; from < values; from += 64) {
    const some = Array.from({ length: Math.min(64, values - from) }, (_, i) => from + i);
    await Promise.all(some.map((i) => client.put(ballastKey(i), value, { level: 'quorum' })));
  }
}

async function missing(client: KvClient, { values, valueBytes }: RingKillsPlan): Promise<number> {
  let count = 0;
  for (let i = 0; i < values; i++) {
    const { value } = await client.get(ballastKey(i), { level: 'quorum' });
    if (value?.length !== valueBytes) count += 1;
  }
  return count;
}
