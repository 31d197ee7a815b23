import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/node/core/limits.js';
import { DEFAULT_SETTINGS } from '../../../src/node/core/settings.js';
import type { Version } from '../../../src/node/core/version/version.js';
import { eachTurn } from '../../../src/node/io/turn.js';
import { Scheduler } from '../../../src/sim/scheduler.js';
import { peerAddressOf } from '../../../src/sim/sim-machine.js';
import { assert } from '../../../src/stdx/assert.js';
import { BootedCluster } from './booted-cluster.js';

const HOUR_MS = 3_600_000;
const TTL_MS = 600_000;
/** How far stamps may be off the right time: the bound on skew. */
const BOUND_MS = 10_000;
const STEPS = [HOUR_MS, -HOUR_MS];
const INIT = { kind: 'init', clusterName: 'sim', settings: DEFAULT_SETTINGS } as const;

/** What the clock of a machine shows that was never stepped. */
function rightMs(cluster: BootedCluster): number {
  return cluster.machine('witness').clock.wallMs();
}

/** Writes a key through a node, which stamps it. */
async function stamp(cluster: BootedCluster, name: string, key = 'k'): Promise<Version> {
  const { version } = await cluster.execute(name, { kind: 'put', key, value: 'v' });
  assert(version !== undefined, 'an acknowledged write has a version');
  return version;
}

async function expectRightStamp(cluster: BootedCluster, name: string): Promise<void> {
  const { ms } = await stamp(cluster, name);
  expect(Math.abs(ms - rightMs(cluster))).toBeLessThan(BOUND_MS);
}

async function putWithTtl(cluster: BootedCluster): Promise<void> {
  await cluster.execute('n1', { kind: 'put', key: 'session', value: 'v', ttlMs: TTL_MS });
}

async function expectFound(cluster: BootedCluster, name: string): Promise<void> {
  const result = await cluster.execute(name, { kind: 'get', key: 'session' });
  expect(result).toMatchObject({ kind: 'read', found: true });
}

/** For two minutes: the value that lives for ten is found through the others, and they stamp writes. */
async function expectOthersGoOn(cluster: BootedCluster): Promise<void> {
  for (let round = 0; round < 60; round++) {
    await cluster.scheduler.advance(2_000);
    for (const name of ['n1', 'n3']) {
      await expectFound(cluster, name);
      await expectRightStamp(cluster, name);
    }
  }
}

async function expectServes(cluster: BootedCluster, name: string): Promise<void> {
  await expectFound(cluster, name);
  await expectRightStamp(cluster, name);
}

async function expectRefuses(cluster: BootedCluster, name: string): Promise<void> {
  const failure = await cluster.failure(cluster.execute(name, { kind: 'get', key: 'session' }));
  expect(failure.code).toBe('KV_CLOCK_SKEW');
}

/** A node serves without the others for a while. */
async function readAlone(cluster: BootedCluster, name: string): Promise<void> {
  for (let round = 0; round < 10; round++) {
    await cluster.scheduler.advance(500);
    await cluster.execute(name, { kind: 'get', key: 'session', level: 'one' });
  }
}

describe.each(STEPS)('one wrong clock (%d ms)', (stepMs) => {
  it('that was stepped under a running node hurts that node only, until it is set right', async () => {
    const cluster = await BootedCluster.of(3, 21);
    await putWithTtl(cluster);
    cluster.stepClock('n2', stepMs);
    await expectOthersGoOn(cluster);
    await expectRefuses(cluster, 'n2');
    cluster.stepClock('n2', -stepMs);
    await cluster.scheduler.advance(3_000);
    for (const name of ['n1', 'n2', 'n3']) await expectServes(cluster, name);
  });

  it('under which a node starts hurts that node only, until it is set right', async () => {
    const cluster = await BootedCluster.of(3, 22);
    await putWithTtl(cluster);
    cluster.kill('n2');
    cluster.stepClock('n2', stepMs);
    await cluster.start('n2');
    await expectRefuses(cluster, 'n2');
    await expectOthersGoOn(cluster);
    cluster.stepClock('n2', -stepMs);
    await cluster.scheduler.advance(3_000);
    for (const name of ['n1', 'n2', 'n3']) await expectServes(cluster, name);
  });

  it('leaves nothing behind on any disk', async () => {
    const cluster = await BootedCluster.of(3, 23);
    await putWithTtl(cluster);
    cluster.stepClock('n2', stepMs);
    await expectOthersGoOn(cluster);
    for (const name of ['n1', 'n2', 'n3']) cluster.kill(name);
    cluster.stepClock('n2', -stepMs);
    for (const name of ['n1', 'n2', 'n3']) cluster.launch(name);
    await cluster.until(() => cluster.isSettled(3));
    for (const name of ['n1', 'n2', 'n3']) await expectServes(cluster, name);
  });

  it('does no harm when all nodes start at once, and its own a second before the others', async () => {
    const cluster = await BootedCluster.of(3, 24);
    await putWithTtl(cluster);
    for (const name of ['n1', 'n2', 'n3']) cluster.kill(name);
    cluster.stepClock('n2', stepMs);
    cluster.launch('n2');
    await cluster.scheduler.advance(1_000);
    for (const name of ['n1', 'n3']) cluster.launch(name);
    await cluster.until(() => cluster.isSettled(3));
    await expectOthersGoOn(cluster);
    await expectRefuses(cluster, 'n2');
  });

  it('of a node that ran alone after all had stopped does no harm when the others come, whatever it served', async () => {
    const cluster = await BootedCluster.of(3, 31);
    await putWithTtl(cluster);
    for (const name of ['n1', 'n2', 'n3']) cluster.kill(name);
    cluster.stepClock('n2', stepMs);
    await cluster.start('n2');
    await readAlone(cluster, 'n2');
    for (const name of ['n1', 'n3']) cluster.launch(name);
    await cluster.until(() => cluster.isSettled(3));
    await expectOthersGoOn(cluster);
    await expectRefuses(cluster, 'n2');
  });

  it('that is stepped under a node while it is alone does no harm either', async () => {
    const cluster = await BootedCluster.of(3, 32);
    await putWithTtl(cluster);
    for (const name of ['n1', 'n2', 'n3']) cluster.kill(name);
    await cluster.start('n2');
    cluster.stepClock('n2', stepMs);
    await readAlone(cluster, 'n2');
    for (const name of ['n1', 'n3']) cluster.launch(name);
    await cluster.until(() => ['n1', 'n3'].every((name) => cluster.find(name)?.isUp() === true));
    // At once: it may not have heard yet what time it is.
    for (const name of ['n1', 'n3']) await expectFound(cluster, name);
    await cluster.until(() => cluster.isSettled(3));
    await expectOthersGoOn(cluster);
    await expectRefuses(cluster, 'n2');
  });

  it('of a node that joins does no harm', async () => {
    const cluster = new BootedCluster(new Scheduler(eachTurn), 25);
    cluster.stepClock('n2', stepMs);
    await cluster.boot(3);
    await putWithTtl(cluster);
    await expectOthersGoOn(cluster);
    await expectRefuses(cluster, 'n2');
  });

  it('of two: neither node serves, because nobody can say which it is, and nothing of it stays', async () => {
    const cluster = await BootedCluster.of(2, 30);
    await putWithTtl(cluster);
    cluster.stepClock('n2', stepMs);
    await cluster.scheduler.advance(60_000);
    for (const name of ['n1', 'n2']) await expectRefuses(cluster, name);
    for (const name of ['n1', 'n2']) cluster.kill(name);
    cluster.stepClock('n2', -stepMs);
    for (const name of ['n1', 'n2']) cluster.launch(name);
    await cluster.until(() => cluster.isSettled(2));
    for (const name of ['n1', 'n2']) await expectServes(cluster, name);
  });

  it('of the node that began the cluster does no harm once two others have joined it', async () => {
    const cluster = new BootedCluster(new Scheduler(eachTurn), 26);
    cluster.stepClock('n2', stepMs);
    const first = await cluster.start('n2', INIT);
    const join = {
      kind: 'join',
      clusterId: first.node.clusterId(),
      seeds: [peerAddressOf('n2')],
    } as const;
    for (const name of ['n1', 'n3']) await cluster.start(name, join);
    await cluster.until(() => cluster.isSettled(3));
    // With the second node the two are of two opinions; each must have read the third clock.
    await cluster.scheduler.advance(3_000);
    await putWithTtl(cluster);
    await expectOthersGoOn(cluster);
    cluster.kill('n2');
    cluster.stepClock('n2', -stepMs);
    await cluster.start('n2');
    for (const name of ['n1', 'n2', 'n3']) await expectServes(cluster, name);
  });
});

describe('a node that starts', () => {
  it('says that it compares its clock while the answer of a peer is missing that would tell which is wrong', async () => {
    const cluster = await BootedCluster.of(3, 27);
    for (const name of ['n1', 'n3']) cluster.kill(name);
    cluster.stepClock('n1', HOUR_MS);
    cluster.launch('n1');
    await cluster.scheduler.advance(1_000);
    const status = await cluster.run(cluster.at('n2').node.admin.status());
    const { report } = status.nodes.find(({ name }) => name === 'n1') ?? {};
    expect(report?.notReadyReason).toContain('its clock to be compared with those of its peers');
    await cluster.start('n3');
    await cluster.until(() => cluster.isSettled(3));
    await expectRefuses(cluster, 'n1');
    for (const name of ['n2', 'n3']) await expectRightStamp(cluster, name);
  });

  it('alone lets values expire, stamps nothing, and stamps again as soon as a peer has told it the time', async () => {
    const cluster = await BootedCluster.of(3, 33);
    await cluster.execute('n1', { kind: 'put', key: 'short', value: 'v', ttlMs: 6_000 });
    for (const name of ['n1', 'n2', 'n3']) cluster.kill(name);
    await cluster.start('n1');
    const read = { kind: 'get', key: 'short', level: 'one' } as const;
    expect(await cluster.execute('n1', read)).toMatchObject({ found: true });
    await cluster.scheduler.advance(4_000);
    expect(await cluster.execute('n1', read)).toMatchObject({ found: false });
    const put = { kind: 'put', key: 'k', value: 'v', level: 'one' } as const;
    const failure = await cluster.failure(cluster.execute('n1', put));
    expect(failure).toMatchObject({ code: 'KV_NOT_READY', outcome: 'not_applied' });
    expect(failure.message).toContain('has not been compared with its peers');
    await cluster.start('n2');
    // A round of gossip, and a raise of the ceiling.
    await cluster.scheduler.advance(3_000);
    for (const name of ['n1', 'n2']) await expectRightStamp(cluster, name);
  });

  it('alone serves after three seconds', async () => {
    const cluster = await BootedCluster.of(3, 28);
    for (const name of ['n1', 'n2', 'n3']) cluster.kill(name);
    const startMs = cluster.scheduler.nowMs();
    await cluster.start('n1');
    const tookMs = cluster.scheduler.nowMs() - startMs;
    expect(tookMs).toBeGreaterThanOrEqual(LIMITS.clockCompareMs);
    expect(tookMs).toBeLessThan(LIMITS.clockCompareMs + 500);
    const result = await cluster.execute('n1', { kind: 'get', key: 'k', level: 'one' });
    expect(result).toMatchObject({ kind: 'read', found: false });
  });

  it('beside others serves within milliseconds', async () => {
    const cluster = await BootedCluster.of(3, 29);
    cluster.kill('n1');
    const startMs = cluster.scheduler.nowMs();
    await cluster.start('n1');
    expect(cluster.scheduler.nowMs() - startMs).toBeLessThan(20);
  });
});
