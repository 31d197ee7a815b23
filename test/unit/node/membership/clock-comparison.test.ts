import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../src/node/core/limits.js';
import type { ClockComparison } from '../../../../src/node/membership/clock-comparison.js';
import { GossipCluster } from '../../../scenarios/membership/gossip-cluster.js';

const BOUND_MS = 10_000;
const HOUR_MS = 3_600_000;
const NOTHING = { afterMs: 0, happens: (): void => undefined };

/** Starts those named of three nodes, n1 last; the comparison that n1 then makes. */
function startedWith(cluster: GossipCluster, names: readonly string[]): ClockComparison {
  for (const name of names) cluster.start(name);
  return cluster.start('n1').membership.clockComparison(BOUND_MS);
}

/** How a comparison ends, and the time it takes; something may happen after a while. */
async function ran(
  { scheduler }: GossipCluster,
  comparison: ClockComparison,
  { afterMs, happens }: { readonly afterMs: number; readonly happens: () => void } = NOTHING,
) {
  const startMs = scheduler.nowMs();
  const end = comparison.run();
  scheduler.after(afterMs, happens);
  const compared = await scheduler.settle(end, 60_000);
  return { compared, tookMs: scheduler.nowMs() - startMs };
}

describe('the comparison of clocks at a start', () => {
  it('ends as soon as two peers have answered, without waiting for gossip', async () => {
    const cluster = new GossipCluster(3);
    const { compared, tookMs } = await ran(cluster, startedWith(cluster, ['n2', 'n3']));
    expect(compared).toBe(true);
    expect(tookMs).toBeLessThan(5);
    expect(cluster.node('n1').membership.round()).toBe(0);
  });

  it('asks peers and does not beat faster for it', async () => {
    const cluster = new GossipCluster(3);
    await ran(cluster, startedWith(cluster, []));
    expect(cluster.node('n1').membership.round()).toBeLessThanOrEqual(LIMITS.clockCompareMs / 900);
  });

  it('ends at once where there is nobody else', async () => {
    const cluster = new GossipCluster(1);
    expect(await ran(cluster, startedWith(cluster, []))).toEqual({ compared: true, tookMs: 0 });
  });

  it('is content with the only other node', async () => {
    const cluster = new GossipCluster(2);
    const { compared, tookMs } = await ran(cluster, startedWith(cluster, ['n2']));
    expect(compared).toBe(true);
    expect(tookMs).toBeLessThan(5);
  });

  it('is content with one of two others when their clocks agree: the third changes nothing', async () => {
    const cluster = new GossipCluster(3);
    const comparison = startedWith(cluster, ['n2']);
    cluster.node('n2').process.jumpClock(BOUND_MS - 10);
    const { compared, tookMs } = await ran(cluster, comparison);
    expect(compared).toBe(true);
    expect(tookMs).toBeLessThan(5);
  });

  it('waits for the third clock when two disagree', async () => {
    const cluster = new GossipCluster(3);
    const comparison = startedWith(cluster, ['n2']);
    cluster.node('n2').process.jumpClock(HOUR_MS);
    const happens = (): void => void cluster.start('n3');
    const { compared, tookMs } = await ran(cluster, comparison, { afterMs: 1_000, happens });
    expect(compared).toBe(true);
    expect(tookMs).toBeGreaterThan(1_000);
    expect(tookMs).toBeLessThan(2_200);
    expect(cluster.node('n1').membership.clockOffsetMs()).toBeCloseTo(0, -1);
  });

  it.each([['n2'], []])(
    'gives up after three seconds (%s of two others lives)',
    async (...names) => {
      const cluster = new GossipCluster(3);
      const comparison = startedWith(cluster, names);
      for (const name of names) cluster.node(name).process.jumpClock(HOUR_MS);
      const { compared, tookMs } = await ran(cluster, comparison);
      expect(compared).toBe(false);
      expect(tookMs).toBeGreaterThanOrEqual(LIMITS.clockCompareMs);
      expect(tookMs).toBeLessThanOrEqual(LIMITS.clockCompareMs + LIMITS.clockAskMs);
    },
  );

  it('hears of peers that come while it waits', async () => {
    const cluster = new GossipCluster(5);
    const happens = (): void => {
      for (const name of ['n4', 'n5']) cluster.start(name);
    };
    const comparison = startedWith(cluster, []);
    const { compared, tookMs } = await ran(cluster, comparison, { afterMs: 500, happens });
    expect(compared).toBe(true);
    expect(tookMs).toBeLessThan(1_500);
  });

  it('asks again when a message was lost', async () => {
    const cluster = new GossipCluster(3);
    const comparison = startedWith(cluster, ['n2', 'n3']);
    cluster.network.options = { latencyMs: () => 0.2, loss: () => 1 };
    const happens = (): void => {
      cluster.network.options = { latencyMs: () => 0.2, loss: () => 0 };
    };
    const { compared, tookMs } = await ran(cluster, comparison, { afterMs: 50, happens });
    expect(compared).toBe(true);
    expect(tookMs).toBeGreaterThan(50);
  });

  it('ends when it is stopped', async () => {
    const cluster = new GossipCluster(3);
    const comparison = startedWith(cluster, []);
    const happens = (): void => {
      comparison.stop();
    };
    expect(await ran(cluster, comparison, { afterMs: 200, happens })).toEqual({
      compared: false,
      tookMs: 200,
    });
  });
});
