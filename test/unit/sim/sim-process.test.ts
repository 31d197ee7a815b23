import { beforeEach, describe, expect, it } from 'vitest';
import { eachTurn } from '../../../src/node/io/turn.js';
import { Scheduler } from '../../../src/sim/scheduler.js';
import { SimProcess } from '../../../src/sim/sim-process.js';

const HOUR_MS = 3_600_000;

let scheduler: Scheduler;
let process: SimProcess;
let ran: number[];

beforeEach(() => {
  scheduler = new Scheduler(eachTurn);
  process = new SimProcess('n1', scheduler);
  ran = [];
});

function ranAfter(delayMs: number): ReturnType<SimProcess['after']> {
  return process.after(delayMs, () => ran.push(scheduler.nowMs()));
}

describe('a process that stands still', () => {
  it('runs what was due when it goes on, in order, and not what was cancelled meanwhile', async () => {
    ranAfter(10);
    const cancelled = ranAfter(20);
    process.after(15, () => {
      cancelled.cancel();
    });
    process.pause();
    await scheduler.advance(100);
    expect(ran).toEqual([]);
    process.resume();
    await scheduler.advance(10);
    expect(ran).toEqual([100]);
  });

  it('runs nothing more once it is dead', async () => {
    ranAfter(10);
    process.pause();
    await scheduler.advance(20);
    process.resume();
    process.kill();
    ranAfter(10);
    await scheduler.advance(100);
    expect(ran).toEqual([]);
  });
});

describe('the clock of a machine', () => {
  it('may be stepped without moving what is measured', async () => {
    const before = process.wallMs();
    process.jumpClock(HOUR_MS);
    await scheduler.advance(50);
    expect(process.wallMs() - before).toBe(HOUR_MS + 50);
    expect(process.monotonicMs()).toBe(50);
  });

  it('may drift: timers follow it, and it stays where it is when the drift ends', async () => {
    process.clock.drift(500_000);
    ranAfter(30);
    await scheduler.advance(100);
    expect(ran).toEqual([20]);
    expect(process.monotonicMs()).toBe(150);
    process.clock.drift(0);
    await scheduler.advance(10);
    expect(process.monotonicMs()).toBe(160);
  });

  it('shows true time after it was set right', async () => {
    const right = new SimProcess('n2', scheduler);
    process.clock.drift(-1000);
    process.jumpClock(-HOUR_MS);
    await scheduler.advance(60_000);
    expect(right.wallMs() - process.wallMs()).toBe(HOUR_MS + 60);
    process.clock.setRight();
    expect(process.wallMs()).toBe(right.wallMs());
    expect(process.monotonicMs()).toBeCloseTo(59_940, 6);
  });
});
