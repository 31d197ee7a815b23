import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eachTurn } from '../../../../src/node/io/turn.js';
import {
  OperationTimer,
  OperationTimers,
} from '../../../../src/node/coordinator/operation-timers.js';
import { Scheduler } from '../../../../src/sim/scheduler.js';
import { SimProcess } from '../../../../src/sim/sim-process.js';

const STEP_MS = 5;

function newClock(): { readonly scheduler: Scheduler; readonly clock: SimProcess } {
  const scheduler = new Scheduler(eachTurn);
  return { scheduler, clock: new SimProcess('n1', scheduler) };
}

describe('operation timers', () => {
  it('call each at its time or up to a step later, unless it was cancelled or set again', async () => {
    const action = fc.record({
      waitMs: fc.integer({ min: 0, max: 3_000 }),
      timer: fc.nat(5),
      // Beyond one revolution of the wheel, which is 2560 ms.
      inMs: fc.option(fc.integer({ min: 0, max: 8_000 }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 30 }), async (actions) => {
        const { scheduler, clock } = newClock();
        const timers = new OperationTimers(clock, STEP_MS);
        const due = new Map<number, number>();
        const all = Array.from(
          { length: 6 },
          (_, i) =>
            new OperationTimer({
              onTimer: () => {
                const lateMs = scheduler.nowMs() - (due.get(i) ?? NaN);
                expect(lateMs).toBeGreaterThanOrEqual(0);
                expect(lateMs).toBeLessThanOrEqual(STEP_MS);
                due.delete(i);
              },
            }),
        );
        for (const { waitMs, timer, inMs } of actions) {
          await scheduler.advance(waitMs);
          if (inMs === undefined) {
            timers.cancel(all[timer]!);
            due.delete(timer);
          } else {
            timers.set(all[timer]!, scheduler.nowMs() + inMs);
            due.set(timer, scheduler.nowMs() + inMs);
          }
          expect(timers.size).toBe(due.size);
        }
        await scheduler.advance(9_000);
        expect(due.size).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('use one timer of the environment, and none while nothing is set', async () => {
    const { scheduler, clock } = newClock();
    const timers = new OperationTimers(clock, STEP_MS);
    let called = 0;
    const owner = { onTimer: () => void (called += 1) };
    for (let i = 0; i < 1_000; i++) timers.set(new OperationTimer(owner), 100);
    await scheduler.advance(1_000);
    expect(called).toBe(1_000);
    expect(scheduler.executed()).toBeLessThanOrEqual(2);
  });

  it('may be set again from a call, earlier than others that wait', async () => {
    const { scheduler, clock } = newClock();
    const timers = new OperationTimers(clock, STEP_MS);
    const calls: string[] = [];
    const second = new OperationTimer({ onTimer: () => void calls.push(`b ${scheduler.nowMs()}`) });
    const first: OperationTimer = new OperationTimer({
      onTimer: () => {
        calls.push(`a ${scheduler.nowMs()}`);
        if (calls.length === 1) timers.set(first, scheduler.nowMs() + 500);
      },
    });
    timers.set(first, 10);
    timers.set(second, 200);
    await scheduler.advance(1_000);
    expect(calls).toEqual(['a 10', 'b 200', 'a 510']);
  });

  it('are all taken back by close', async () => {
    const { scheduler, clock } = newClock();
    const timers = new OperationTimers(clock, STEP_MS);
    timers.set(
      new OperationTimer({
        onTimer: () => {
          expect.unreachable('it was closed');
        },
      }),
      10,
    );
    timers.close();
    await scheduler.advance(100);
    expect(timers.size).toBe(0);
  });
});
