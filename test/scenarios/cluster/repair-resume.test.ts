import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RepairGroup } from '../../../src/node/core/repair/repair-groups.js';
import { LIMITS } from '../../../src/node/core/limits.js';
import { HeldRepairs, KEPT_MS } from './held-repairs.js';

let held: HeldRepairs;

beforeEach(async () => {
  held = await HeldRepairs.open();
});

afterEach(() => {
  vi.restoreAllMocks();
});

const named = (groups: readonly RepairGroup[]): readonly string[] =>
  groups.map((group) => JSON.stringify(group)).sort();

describe('a repair whose driver crashes', () => {
  it.each([0, 1, 2, 3, 4])(
    'goes on with what it has not done, when it has gone over %i groups of four',
    async (groups) => {
      const begun = await held.cutOff(groups);
      const before = named(held.ended);
      held.ended = [];
      await held.killed();

      const end = await held.toItsEnd();
      const { id, scope, startedAtMs, ranges } = begun;
      expect(end).toMatchObject({ id, scope, startedAtMs, ranges, state: 'done', done: ranges });
      expect(end).toMatchObject({ failed: 0, partial: 0 });
      if (groups === 4) {
        expect(end).toMatchObject({ restarts: 0, resumedAtMs: undefined });
        expect(held.ended).toEqual([]);
        return;
      }
      expect(end.restarts).toBe(1);
      expect(end.resumedAtMs).toBeGreaterThanOrEqual(startedAtMs);
      // Nothing is done twice, and nothing is left out.
      expect(new Set([...before, ...named(held.ended)]).size).toBe(4);
      expect(held.ended.length + before.length).toBe(4);
      expect(held.events()[0]).toMatch(
        new RegExp(`^repair ${id} of every range goes on after a restart`),
      );
    },
  );

  it('goes on whenever the crash comes, and goes over every range that it was asked for', async () => {
    held.isHeld = false;
    const wanted = new Set<string>();
    for (let afterMs = 0; afterMs <= 60; afterMs += 6) {
      held.ended = [];
      const { id } = await held.begin();
      await held.cluster.scheduler.advance(afterMs);
      await held.killed(afterMs % 12 === 0 ? 'lost' : 'kept');
      await held.cluster.until(() => held.cluster.isSettled(4));
      await held.cluster.scheduler.advance(10_000);
      const job = (await held.jobs()).find((one) => one.id === id);
      expect(job).toMatchObject({ state: 'done', failed: 0, partial: 0, done: job?.ranges });
      for (const group of named(held.ended)) wanted.add(group);
      expect(new Set(named(held.ended)).size).toBe(wanted.size);
    }
    expect(wanted.size).toBe(4);
  });

  it('that was cancelled stays cancelled', async () => {
    const { id } = await held.cutOff(1);
    const cancelled = held.ask({ action: 'cancel', job: id });
    held.letGo();
    expect(await cancelled).toMatchObject([{ state: 'cancelled' }]);
    await held.killed();
    await held.cluster.scheduler.advance(KEPT_MS);
    expect(held.waiting).toEqual([]);
    expect(await held.only()).toMatchObject({ id, state: 'cancelled', restarts: 0 });
  });

  it('was not begun when it was not durable before', async () => {
    held.cluster.diskDelayMs = (machine, step) => (machine === 'n1' && step === 'sync' ? 1_000 : 0);
    const started = held.cluster.at('n1').node.admin.repair({ action: 'start', scope: {} });
    let isAnswered = false;
    void started.then(() => (isAnswered = true));
    await held.cluster.scheduler.advance(100);
    expect(isAnswered).toBe(false);
    expect(held.waiting).toEqual([]);
    await held.killed();
    expect(await held.jobs()).toEqual([]);
  });

  it('goes on the same when the clock of the driver is stepped', async () => {
    await held.cutOff(2);
    held.ended = [];
    held.kill();
    held.cluster.stepClock('n1', -3_600_000);
    await held.cluster.start('n1');
    expect(await held.toItsEnd()).toMatchObject({ state: 'done', failed: 0 });
    expect(held.ended).toHaveLength(2);
  });

  it('tries again what had failed', async () => {
    for (const name of ['n2', 'n3']) held.cluster.kill(name);
    for (const name of ['n2', 'n3'])
      await held.cluster.until(() => held.cluster.sees('n1', name) === 'down');
    await held.cutOff(3);
    const { failed, partial, done } = await held.only();
    expect({ failed: failed > 0, partial: partial > 0 }).toEqual({ failed: true, partial: true });
    for (const name of ['n2', 'n3']) await held.cluster.start(name);
    await held.killed();
    await held.cluster.until(() => held.waiting.length > 0);
    expect(await held.only()).toMatchObject({ failed: 0, partial, done: done - failed });
    const end = await held.toItsEnd();
    expect(end).toMatchObject({ state: 'done', failed: 0, partial, done: end.ranges });
  });
});

describe('a repair of a namespace that is dropped meanwhile', () => {
  it('has nothing more to do there', async () => {
    await held.orders('create');
    const { ranges } = await held.begin();
    await held.cluster.until(() => held.waiting.length > 0);
    await held.orders('drop');
    const before = held.cluster.scheduler.nowMs();
    expect(await held.toItsEnd()).toMatchObject({ state: 'done', ranges, done: ranges, failed: 0 });
    // It was not tried in vain.
    expect(held.cluster.scheduler.nowMs() - before).toBeLessThan(LIMITS.repairAgainMs);
  });
});

describe('a repair whose driver is stopped', () => {
  it('goes on with the next group when it starts again', async () => {
    await held.begin();
    await held.goOver(1);
    await held.cluster.until(() => held.waiting.length > 0);
    held.letGo();
    await held.cluster.until(() => held.ended.length === 2);
    // Nothing of the second group is written yet, but for the stop.
    const drained = held.cluster.drain('n1');
    held.letGo();
    await held.cluster.run(drained);
    held.ended = [];
    held.waiting = [];
    await held.cluster.start('n1');
    expect(await held.only()).toMatchObject({ state: 'running', restarts: 1 });
    expect(await held.toItsEnd()).toMatchObject({ state: 'done', failed: 0 });
    expect(held.ended).toHaveLength(2);
  });

  it('waits for the other owners, when all were stopped, before it calls a range partial', async () => {
    await held.cutOff(1);
    for (const name of ['n1', 'n2', 'n3', 'n4']) held.cluster.kill(name);
    held.waiting = [];
    const first = held.cluster.launch('n1');
    held.cluster.launch('n2');
    await held.cluster.scheduler.advance(20_000);
    held.cluster.launch('n3');
    held.cluster.launch('n4');
    await held.cluster.until(() => first.isUp() && held.cluster.isSettled(4));
    expect(await held.toItsEnd()).toMatchObject({ state: 'done', failed: 0, partial: 0, away: [] });
  });
});

describe('a repair that cannot go on after a restart', () => {
  const interrupted = async (reason: RegExp): Promise<void> => {
    const problem = expect.stringMatching(reason) as unknown;
    expect(await held.only()).toMatchObject({ state: 'interrupted', problem });
    expect(held.events()).toHaveLength(1);
    expect(held.events()[0]).toMatch(/^repair r-.* is interrupted: /);
    await held.killed();
    expect(await held.only()).toMatchObject({ state: 'interrupted', problem });
    expect(held.events()).toEqual([]);
  };

  it('because its node is a member no more ends with that reason, once', async () => {
    await held.begin({ node: 'n4' });
    await held.goOver(1);
    held.kill();
    held.cluster.kill('n4');
    await held.cluster.remove('n2', 'n4');
    await held.cluster.start('n1');
    await held.cluster.until(() => held.cluster.epoch('n1') === held.cluster.epoch('n2'));
    await held.cluster.scheduler.advance(LIMITS.repairResumeWaitMs);
    await interrupted(/^after a restart it cannot go on: no node is called n4/);
  });

  it('because its namespace was dropped ends with that reason; one of all ranges has the others left', async () => {
    await held.orders('create');
    const of = await held.begin({ namespace: 'orders' });
    const all = await held.begin();
    await held.orders('drop');
    held.kill();
    held.isHeld = false;
    await held.cluster.start('n1');
    await held.cluster.until(() => held.cluster.isSettled(4));
    await held.cluster.scheduler.advance(10_000);
    const [first, second] = await held.jobs();
    const problem =
      'after a restart it cannot go on: no namespace is called orders: there is default';
    expect(first).toMatchObject({ id: of.id, state: 'interrupted', problem });
    expect(second).toMatchObject({ id: all.id, state: 'done', ranges: 64, done: 64, failed: 0 });
    expect(all.ranges).toBe(128);
  });

  it('because the node never stays for long ends after some restarts', async () => {
    await held.begin();
    for (let i = 0; i < LIMITS.repairJobRestarts; i++) {
      await held.killed();
      expect(await held.only()).toMatchObject({ state: 'running', restarts: i + 1 });
    }
    await held.killed();
    await interrupted(/^this node was restarted 10 times in a row before it came on$/);
  });

  it('is not one that came on between, however often the node is restarted', async () => {
    await held.begin();
    for (let round = 0; round < 2; round++) {
      for (let i = 1; i < LIMITS.repairJobRestarts; i++) await held.killed();
      await held.goOver(1);
    }
    expect(await held.toItsEnd()).toMatchObject({ state: 'done', failed: 0, restarts: 18 });
  });
});
