import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../src/node/core/limits.js';
import { ClockOffsets } from '../../../../src/node/core/membership/clock-offset.js';
import { Prober } from '../../../../src/node/membership/prober.js';
import { GossipCluster, idOf } from '../../../scenarios/membership/gossip-cluster.js';

const N2 = idOf('n2');

/** A prober that stands on n1, and the time it takes. */
function proberOf(cluster: GossipCluster, helpers: readonly string[]) {
  const { process, membership } = cluster.node('n1');
  const prober = new Prober({
    clock: process,
    draw: (bound) => Math.floor(cluster.random.nextFloat() * bound),
    linkTo: (id) => membership.linkTo(id),
    helpers: () => [...helpers.map(idOf), N2],
    clocks: new ClockOffsets(),
  });
  return async () => {
    const startMs = cluster.scheduler.nowMs();
    const result = await cluster.scheduler.settle(prober.probe(N2), 5_000);
    return { result, tookMs: cluster.scheduler.nowMs() - startMs };
  };
}

describe('the prober', () => {
  it('is content with an answer to the direct probe', async () => {
    const cluster = await GossipCluster.started(3);
    const { result, tookMs } = await proberOf(cluster, ['n3'])();
    expect(result).toEqual({ alive: true });
    expect(tookMs).toBeLessThan(5);
  });

  it('finds a node alive through others when the own path to it is broken', async () => {
    const cluster = await GossipCluster.started(5);
    cluster.network.cut('n1', 'n2');
    const { result, tookMs } = await proberOf(cluster, ['n3', 'n4', 'n5'])();
    expect(result).toEqual({ alive: true });
    expect(tookMs).toBeGreaterThanOrEqual(LIMITS.probeMs);
  });

  it('finds a hanging node dead after one direct and at most three indirect probes, within 1.1 s', async () => {
    const cluster = await GossipCluster.started(7);
    cluster.node('n2').process.pause();
    const { result, tookMs } = await proberOf(cluster, ['n3', 'n4', 'n5', 'n6', 'n7'])();
    expect(result).toEqual({ alive: false, indirect: 3 });
    expect(tookMs).toBeLessThanOrEqual(1_100);
  });

  it('asks nobody to probe itself', async () => {
    const cluster = await GossipCluster.started(3);
    cluster.node('n2').process.pause();
    const { result } = await proberOf(cluster, [])();
    expect(result).toEqual({ alive: false, indirect: 0 });
  });

  it('does not take another node at the same address for the one it asked', async () => {
    const cluster = await GossipCluster.started(3);
    cluster.kill('n2');
    const metadata = { ...cluster.metadata(), epoch: 9 };
    cluster.kill('n3');
    cluster.start('n3', { boot: 2, port: 10_002, metadata });
    await cluster.scheduler.advance(2_000);
    const { result } = await proberOf(cluster, [])();
    expect(result).toEqual({ alive: false, indirect: 0 });
  });

  it('probes for others, but not for too many at once', async () => {
    const cluster = await GossipCluster.started(3);
    cluster.node('n2').process.pause();
    const { membership } = cluster.node('n1');
    const request = { kind: 'probe-for', nodeId: N2, timeoutMs: 500 } as const;
    const asked = Array.from({ length: LIMITS.probesForOthers + 1 }, () =>
      membership
        .handleControl({ nodeId: idOf('n3') }, request, 1_000)
        .catch((error: unknown) => error),
    );
    const answers = await cluster.scheduler.settle(Promise.all(asked), 2_000);
    expect(answers.slice(0, -1)).toEqual(
      Array.from({ length: LIMITS.probesForOthers }, () => ({ kind: 'probed', alive: false })),
    );
    expect(answers.at(-1)).toMatchObject({ code: 'KV_OVERLOADED' });
    const unknown = { ...request, nodeId: 'ffffffffffffffff' };
    const answer = membership.handleControl({ nodeId: idOf('n3') }, unknown, 1_000);
    expect(await answer).toEqual({ kind: 'probed', alive: false });
  });
});
