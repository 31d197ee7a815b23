import { beforeEach, describe, expect, it } from 'vitest';
import { decodeDataKey, DATA_KEYS } from '../../../src/node/core/version/data-key.js';
import type { TopologyChange, TopologyView } from '../../../src/node/core/views/topology-views.js';
import { SHARD_FOLDER } from '../../../src/node/store/store.js';
import { peerAddressOf } from '../../../src/sim/sim-machine.js';
import { assert } from '../../../src/stdx/assert.js';
import { utf8Decode } from '../../../src/stdx/bytes.js';
import { BootedCluster, text } from './booted-cluster.js';

const KEYS = Array.from({ length: 60 }, (_, i) => `k${i}`);
const MOVE_MS = 120_000;

let cluster: BootedCluster;

beforeEach(async () => {
  cluster = await BootedCluster.of(3, 5);
  for (const key of KEYS) await cluster.execute('n1', { kind: 'put', key, value: `v ${key}` });
});

async function join(name: string): Promise<void> {
  const clusterId = cluster.at('n1').node.clusterId();
  await cluster.run(cluster.start(name, { kind: 'join', clusterId, seeds: [peerAddressOf('n1')] }));
  await cluster.until(() =>
    cluster.running().every(({ machine }) => cluster.sees(machine.name, name) === 'up'),
  );
}

async function order(name: string, change: TopologyChange): Promise<TopologyView> {
  const { topology } = cluster.at(name).node.admin;
  const whole = { change, checks: 'strict', commit: false, dryRun: false } as const;
  return await cluster.run(topology.change(whole, 5_000));
}

/** Until all running nodes know of no plan any more. */
async function planEnds(): Promise<void> {
  await cluster.until(
    () =>
      cluster.running().every(({ node }) => {
        const metadata = node.metadata.current()?.metadata;
        return metadata !== undefined && metadata.plan === undefined;
      }),
    MOVE_MS,
  );
}

async function get(name: string, key: string, level = 'quorum'): Promise<string | undefined> {
  const result = await cluster.execute(name, { kind: 'get', key, level });
  assert(result.kind === 'read', 'a get is answered by a read');
  return text(result);
}

function keysOn(name: string): readonly string[] {
  const keys = cluster.machine(name).disk.keys(SHARD_FOLDER, DATA_KEYS);
  return keys.map((key) => utf8Decode(decodeDataKey(key).key));
}

/** Whether each running node holds on its disk what the ring says that it holds, and nothing else. */
function isInPlace(): boolean {
  return cluster.running().every(({ machine }) => {
    const own = KEYS.filter((key) => cluster.replicas('n1', key).includes(machine.name));
    return JSON.stringify([...keysOn(machine.name)].sort()) === JSON.stringify([...own].sort());
  });
}

describe('a node that joins a cluster with data', () => {
  it('is staged, and owns its ranges with all that is in them when the plan is done', async () => {
    await join('n4');
    const staged = await order('n2', { action: 'commit' });
    expect(staged.plan?.changes.map((one) => one.text)).toEqual(['n4 joins']);
    await planEnds();
    const members = cluster
      .view('n1')
      .metadata.members.map(({ name, state }) => `${name} ${state}`);
    expect(members).toEqual(['n1 normal', 'n2 normal', 'n3 normal', 'n4 normal']);
    expect(keysOn('n4').length).toBeGreaterThan(20);
    for (const key of KEYS) expect(await get('n4', key, 'all')).toBe(`v ${key}`);
  });

  it('leaves nothing on those that do not own it any more', async () => {
    await join('n4');
    await order('n1', { action: 'commit' });
    await planEnds();
    await cluster.until(isInPlace, MOVE_MS);
    expect(keysOn('n1').length).toBeLessThan(KEYS.length);
  });
});

describe('a node that leaves', () => {
  it('hands all over before it goes', async () => {
    await join('n4');
    await order('n1', { action: 'commit' });
    await planEnds();
    await order('n1', { action: 'leave', node: 'n2' });
    await order('n1', { action: 'commit' });
    await planEnds();
    const members = cluster
      .view('n1')
      .metadata.members.map(({ name, state }) => `${name} ${state}`);
    expect(members).toEqual(['n1 normal', 'n2 removed', 'n3 normal', 'n4 normal']);
    for (const key of KEYS) expect(await get('n1', key, 'all')).toBe(`v ${key}`);
  });
});
