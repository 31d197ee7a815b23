import { beforeEach, describe, expect, it } from 'vitest';
import { eachTurn } from '../../../src/node/io/turn.js';
import { Scheduler } from '../../../src/sim/scheduler.js';

let scheduler: Scheduler;
let seen: string[];

beforeEach(() => {
  scheduler = new Scheduler(eachTurn);
  seen = [];
});

function note(name: string): () => void {
  return () => {
    seen.push(`${name} ${scheduler.nowMs()}`);
  };
}

describe('virtual time', () => {
  it('runs events by time, and equal times in the order in which they were set', async () => {
    scheduler.after(20, note('late'));
    scheduler.after(10, note('first'));
    scheduler.after(10, note('second'));
    await scheduler.advance(15);
    expect(seen).toEqual(['first 10', 'second 10']);
    expect(scheduler.nowMs()).toBe(15);
    await scheduler.advance(5);
    expect(seen).toEqual(['first 10', 'second 10', 'late 20']);
    expect(scheduler.executed()).toBe(3);
  });

  it('drains all microtasks of an event before the next one', async () => {
    scheduler.after(10, () => {
      void (async () => {
        for (let i = 0; i < 50; i++) await Promise.resolve();
        note('microtask')();
      })();
    });
    scheduler.after(10, note('event'));
    await scheduler.advance(10);
    expect(seen).toEqual(['microtask 10', 'event 10']);
  });

  it('runs no event that was taken back', async () => {
    scheduler.after(10, note('cancelled')).cancel();
    scheduler.after(20, note('kept'));
    await scheduler.advance(30);
    expect(seen).toEqual(['kept 20']);
  });

  it('stops where a condition holds, and says when it never did', async () => {
    scheduler.after(10, note('a'));
    scheduler.after(20, note('b'));
    expect(await scheduler.reached(() => seen.length === 1, 100)).toBe(true);
    expect(scheduler.nowMs()).toBe(10);
    expect(await scheduler.reached(() => false, 100)).toBe(false);
    expect(seen).toHaveLength(2);
    await expect(scheduler.until(() => false, 100)).rejects.toThrow(/did not come true/);
  });

  it('comes to the end of a span whose rest is lost in rounding', async () => {
    // From 2^19 on the next number is too far away to add the rest of a span that the numbers below could tell.
    await scheduler.advance(2 ** 19);
    scheduler.after(2 ** -35, note('rest'));
    await scheduler.advance(1);
    expect(seen).toHaveLength(1);
    expect(Number(seen[0]?.split(' ')[1])).toBeGreaterThan(2 ** 19);
  });

  it('passes on what an event throws', async () => {
    scheduler.after(10, () => {
      throw new Error('a defect');
    });
    await expect(scheduler.advance(20)).rejects.toThrow('a defect');
  });

  it('has another trace as soon as one event comes at another time', async () => {
    const hashes = await Promise.all(
      [10, 10, 11].map(async (atMs) => {
        const own = new Scheduler(eachTurn);
        own.after(atMs, () => undefined);
        own.after(20, () => undefined);
        await own.advance(30);
        return own.trace.hash();
      }),
    );
    expect(hashes[1]).toBe(hashes[0]);
    expect(hashes[2]).not.toBe(hashes[0]);
  });
});
