import type { TopologyChange } from '../../../src/node/core/views/topology-views.js';
import { ChangingCluster, KEYS, MOVE_MS } from './changing-cluster.js';

/** A change of the ring that is tried again and again, with a crash at another moment each time. */
export interface CrashedPlan {
  /** Nodes that the cluster has before, and one that joins it if it is named. */
  readonly nodes: number;
  readonly joiner?: string;
  readonly change: TopologyChange;
  /** What the members are in the end. */
  readonly members: readonly string[];
}

export const JOIN: CrashedPlan = {
  ...{ nodes: 3, joiner: 'n4', change: { action: 'commit' } },
  members: ['n1 normal', 'n2 normal', 'n3 normal', 'n4 normal'],
};

export const DECOMMISSION: CrashedPlan = {
  ...{ nodes: 4, change: { action: 'leave', node: 'n2' } },
  members: ['n1 normal', 'n2 removed', 'n3 normal', 'n4 normal'],
};

/** How long a node stays down: shorter than it takes to be held for dead, and longer. */
const AWAY_MS = [1_000, 25_000];

/** The cluster with what is to change ordered, and the promise of the answer. */
async function ordered({ nodes, joiner, change }: CrashedPlan): Promise<ChangingCluster> {
  const cluster = await ChangingCluster.of(nodes, 5);
  if (joiner !== undefined) await cluster.join(joiner);
  await cluster.order('n1', change, { commit: change.action !== 'commit' });
  return cluster;
}

function hasEnded(cluster: ChangingCluster): boolean {
  return cluster
    .running()
    .every(({ node }) => node.metadata.current()?.metadata.plan === undefined);
}

/** Events of the simulation between the order and the end of the plan, without a crash. */
export async function eventsOf(plan: CrashedPlan): Promise<number> {
  const cluster = await ordered(plan);
  let events = 0;
  await cluster.until(() => {
    events += 1;
    return hasEnded(cluster);
  }, MOVE_MS);
  return events;
}

/** What is wrong after a crash of the node before the event of that number; undefined when the plan has ended as it should, with all data. */
export async function crashedAt(
  plan: CrashedPlan,
  victim: string,
  event: number,
): Promise<string | undefined> {
  const cluster = await ordered(plan);
  let events = 0;
  await cluster.until(() => {
    events += 1;
    return events === event || hasEnded(cluster);
  }, MOVE_MS);
  // One that leaves ends by itself, and what crashed then is no member any more.
  if (cluster.find(victim) !== undefined) {
    cluster.kill(victim, event % 2 === 0 ? 'lost' : 'kept');
    await cluster.scheduler.advance(AWAY_MS[event % AWAY_MS.length]!);
    const isMember = !cluster.members(other(cluster)).includes(`${victim} removed`);
    if (isMember) await cluster.run(cluster.start(victim));
  }
  await cluster.planEnds();
  const asker = other(cluster);
  const members = cluster.members(asker).join();
  if (members !== plan.members.join()) return `the members are ${members}`;
  for (const key of KEYS) {
    const value = await cluster.get(asker, key);
    if (value !== `v ${key}`) return `${key} is ${String(value)}`;
  }
  await cluster.scheduler.advance(MOVE_MS);
  return cluster.isInPlace() ? undefined : 'records are not where they belong';
}

/** A node that runs, and stays. */
function other(cluster: ChangingCluster): string {
  const run =
    cluster.running().find(({ machine }) => machine.name !== 'n2') ?? cluster.running()[0];
  return run?.machine.name ?? '';
}
