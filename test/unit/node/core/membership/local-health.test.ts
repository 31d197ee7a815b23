import { describe, expect, it } from 'vitest';
import {
  healthyAt,
  observeTimer,
  suspectPhiOf,
} from '../../../../../src/node/core/membership/local-health.js';

describe('local health', () => {
  it('sees no stall in a timer that is a little late, or not due yet', () => {
    expect(observeTimer(healthyAt(0), { dueMs: 1000, nowMs: 1200 }).stallMs).toBe(0);
    expect(observeTimer(healthyAt(0), { dueMs: 1000, nowMs: 400 }).stallMs).toBe(0);
  });

  it('gives the whole stretch that a late timer stood still, and doubts itself for it', () => {
    const { health, stallMs } = observeTimer(healthyAt(0), { dueMs: 1000, nowMs: 2000 });
    expect(stallMs).toBe(1000);
    expect(health.doubt).toBe(0.5);
    expect(suspectPhiOf(health)).toBe(2.25);
  });

  it('never doubles the threshold more than once, so that a dead node is still found in time', () => {
    const first = observeTimer(healthyAt(0), { dueMs: 1000, nowMs: 60_000 });
    const second = observeTimer(first.health, { dueMs: 60_250, nowMs: 90_000 });
    expect(suspectPhiOf(second.health)).toBe(3);
  });

  it('forgets the stall within ten calm seconds', () => {
    let { health } = observeTimer(healthyAt(0), { dueMs: 250, nowMs: 5000 });
    expect(health.doubt).toBe(1);
    for (let nowMs = 5250; nowMs <= 10_000; nowMs += 250)
      health = observeTimer(health, { dueMs: nowMs, nowMs }).health;
    expect(health.doubt).toBeCloseTo(0.5, 10);
    for (let nowMs = 10_250; nowMs <= 15_500; nowMs += 250)
      health = observeTimer(health, { dueMs: nowMs, nowMs }).health;
    expect(health.doubt).toBe(0);
    expect(suspectPhiOf(health)).toBe(1.5);
  });
});
