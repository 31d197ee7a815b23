import { describe, expect, it } from 'vitest';
import {
  EMPTY_WINDOW,
  leastSilenceMs,
  meanIntervalMs,
  phiOf,
  withInterval,
  type ArrivalWindow,
} from '../../../../../src/node/core/membership/phi-accrual.js';

function windowOf(intervals: readonly number[]): ArrivalWindow {
  return intervals.reduce(withInterval, EMPTY_WINDOW);
}

describe('phi', () => {
  it('is age over mean interval over ln 10', () => {
    const window = windowOf([1900, 2100, 2000]);
    expect(meanIntervalMs(window)).toBe(2000);
    expect(phiOf(window, 4605.2)).toBeCloseTo(1, 10);
    expect(phiOf(window, 0)).toBe(0);
  });

  it('passes 1.5 after about 3.5 s at the normal rate, and no sooner when heartbeats come faster', () => {
    const fast = windowOf([300, 250, 400, 310]);
    expect(phiOf(fast, 3450)).toBeLessThan(1.5);
    expect(phiOf(fast, 3460)).toBeGreaterThan(1.5);
    expect(phiOf(EMPTY_WINDOW, 3460)).toBe(phiOf(fast, 3460));
  });

  it('passes no threshold before the least silence that can, whatever the rhythm', () => {
    for (const window of [EMPTY_WINDOW, windowOf([300, 250]), windowOf([4000])]) {
      expect(phiOf(window, leastSilenceMs(1.5))).toBeLessThanOrEqual(1.5 + 1e-9);
    }
    expect(phiOf(EMPTY_WINDOW, leastSilenceMs(1.5) + 1)).toBeGreaterThan(1.5);
  });

  it('follows a change of rhythm within some dozens of heartbeats, whatever came before', () => {
    const before = Array.from({ length: 10_000 }, () => 1000);
    const since = Array.from({ length: 200 }, () => 4000);
    expect(meanIntervalMs(windowOf([...before, ...since]))).toBeGreaterThan(3800);
    expect(meanIntervalMs(windowOf([...before, 4000]))).toBeLessThan(1200);
  });
});
