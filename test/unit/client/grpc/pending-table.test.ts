import { beforeEach, describe, expect, it } from 'vitest';
import { eachTurn } from '../../../../src/node/io/turn.js';
import { PendingTable } from '../../../../src/client/grpc/pending-table.js';
import type { Awaited } from '../../../../src/client/grpc/pending-table.js';
import { Scheduler } from '../../../../src/sim/scheduler.js';
import { SimProcess } from '../../../../src/sim/sim-process.js';

describe('a table of what waits for answers', () => {
  let scheduler: Scheduler;
  let table: PendingTable<Awaited>;
  let expired: { name: string; atMs: number }[];

  beforeEach(() => {
    scheduler = new Scheduler(eachTurn);
    table = new PendingTable(new SimProcess('p', scheduler));
    expired = [];
  });

  const entry = (name: string, deadlineMs: number): Awaited => ({
    deadlineMs,
    expire: () => {
      expired.push({ name, atMs: scheduler.nowMs() });
    },
  });
  const add = (name: string, deadlineMs: number): number => {
    const id = table.add(entry(name, deadlineMs));
    expect(id).toBeDefined();
    return id ?? -1;
  };

  it('gives back an entry once, under its own id', () => {
    const kept = entry('a', 100);
    const id = table.add(kept);
    const other = add('b', 100);
    expect(other).not.toBe(id);
    expect(table.take(id ?? -1)).toBe(kept);
    expect(table.take(id ?? -1)).toBeUndefined();
    expect(table.size).toBe(1);
    expect(table.take(12_345)).toBeUndefined();
  });

  it('never gives an id again, though it uses its place again', () => {
    const ids = new Set<number>();
    for (let i = 0; i < 1000; i++) {
      const id = add(`${i}`, 100);
      ids.add(id);
      expect(table.take(id)).toBeDefined();
    }
    expect(ids.size).toBe(1000);
  });

  it('expires each entry at its deadline, never before, in whatever order they came', async () => {
    for (const deadlineMs of [300, 100, 200, 1000, 150]) add(`${deadlineMs}`, deadlineMs);
    await scheduler.advance(2000);
    expect(expired.map(({ name }) => name)).toEqual(['100', '150', '200', '300', '1000']);
    for (const { name, atMs } of expired) {
      expect(atMs).toBeGreaterThanOrEqual(Number(name));
      expect(atMs).toBeLessThanOrEqual(Number(name) + 10);
    }
    expect(table.size).toBe(0);
  });

  it('does not expire what was taken, or drained', async () => {
    expect(table.take(add('taken', 100))).toBeDefined();
    add('drained', 100);
    expect(table.drain()).toHaveLength(1);
    await scheduler.advance(1000);
    expect(expired).toEqual([]);
    add('later', 1200);
    await scheduler.advance(1000);
    expect(expired).toMatchObject([{ name: 'later' }]);
  });

  it('sets one timer for all, and none when nothing waits', async () => {
    for (let i = 0; i < 1000; i++) add(`${i}`, 500);
    const before = scheduler.executed();
    await scheduler.advance(10_000);
    expect(expired).toHaveLength(1000);
    expect(scheduler.executed() - before).toBe(1);
  });
});
