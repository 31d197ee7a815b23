import { describe, expect, it } from 'vitest';
import type { StatusView } from '../../src/node/core/views/status-views.js';
import {
  leftMsOf,
  NO_TRACKS,
  rateOf,
  ratesOf,
  trackPlan,
  trackRepairs,
  type Tracks,
} from '../../src/tui/tracks.js';
import { fakeTick, SIX_NODES } from './fake-cluster.js';
import { fakeRepair, type FakePlan } from './fake-plan.js';

const MIB = 1024 ** 2;

function status(second: number, plan: FakePlan | undefined = {}): StatusView {
  return fakeTick({ ...SIX_NODES, second, plan }).status;
}

function planFor(seconds: number, plan: FakePlan = {}): Tracks {
  let tracks = NO_TRACKS;
  for (let second = 0; second <= seconds; second++)
    tracks = trackPlan(tracks, status(second, plan), 1000 * second);
  return tracks;
}

describe('the track of a plan', () => {
  it('gives the rate of the last seconds, of the plan and of each node', () => {
    const tracks = planFor(30);
    expect(rateOf(tracks.get('p-12'))).toBe(12 * MIB);
    expect(rateOf(tracks.get('p-12/n6'))).toBe(12 * MIB);
    expect(rateOf(tracks.get('p-12/n1'))).toBe(0);
    expect(tracks.has('p-12/n4')).toBe(false);
    // Of the last ten seconds: what was before does not count.
    let slow = tracks;
    for (let second = 31; second <= 41; second++) slow = trackPlan(slow, status(30), 1000 * second);
    expect(rateOf(slow.get('p-12'))).toBe(0);
    expect(ratesOf(slow.get('p-12')).slice(-12)).toEqual([
      12 * MIB,
      ...Array.from({ length: 11 }, () => 0),
    ]);
  });

  it('knows no rate until it was looked at twice, and no end before there is a base for it', () => {
    expect(rateOf(planFor(0).get('p-12'))).toBeUndefined();
    expect(rateOf(undefined)).toBeUndefined();
    expect(leftMsOf(planFor(4).get('p-12'))).toBeUndefined();
    // 302 of 640 are done after five seconds, four a second.
    expect(leftMsOf(planFor(5).get('p-12'))).toBeCloseTo((338 / 4) * 1000, 6);
    expect(leftMsOf(planFor(10, { paused: true }).get('p-12'))).toBeUndefined();
  });

  it('begins anew with each step, and when a node has started again', () => {
    const tracks = planFor(10);
    const stepped = trackPlan(tracks, status(11, { step: 'read-new' }), 11_000);
    expect(stepped.get('p-12')?.points).toHaveLength(1);
    const again = trackPlan(tracks, status(2), 11_000);
    expect(again.get('p-12')?.points).toHaveLength(1);
    expect(rateOf(again.get('p-12'))).toBeUndefined();
  });

  it('is forgotten when the plan has ended, and is bounded', () => {
    const tracks = planFor(200);
    expect(tracks.get('p-12')?.points).toHaveLength(60);
    const { plan: _plan, ...six } = { ...SIX_NODES, plan: undefined };
    const ended = trackPlan(tracks, fakeTick({ ...six, second: 201 }).status, 201_000);
    expect([...ended.keys()]).toEqual([]);
    const none = trackPlan(NO_TRACKS, fakeTick({ ...six, second: 0 }).status, 0);
    expect(none).toBe(NO_TRACKS);
  });
});

describe('the track of a repair', () => {
  it('gives its rate while it runs, stays beside that of a plan, and goes with it', () => {
    let tracks = planFor(3);
    tracks = trackRepairs(tracks, [fakeRepair({ sentBytes: 10 })], 3000);
    tracks = trackRepairs(tracks, [fakeRepair({ sentBytes: 2010 })], 5000);
    expect(rateOf(tracks.get('r-7c1e'))).toBe(1000);
    tracks = trackPlan(tracks, status(5), 5000);
    expect(rateOf(tracks.get('r-7c1e'))).toBe(1000);
    expect(rateOf(tracks.get('p-12'))).toBe(12 * MIB);
    const restarted = trackRepairs(tracks, [fakeRepair({ sentBytes: 3000, restarts: 1 })], 7000);
    expect(rateOf(restarted.get('r-7c1e'))).toBeUndefined();
    const ended = trackRepairs(tracks, [fakeRepair({ state: 'done', sentBytes: 9000 })], 7000);
    expect(rateOf(ended.get('r-7c1e'))).toBe(1000);
    expect(trackRepairs(ended, [], 9000).has('r-7c1e')).toBe(false);
  });
});
