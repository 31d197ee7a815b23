import { describe, expect, it } from 'vitest';
import { AssertionFailure } from '../../../src/stdx/assert.js';
import { Backoff } from '../../../src/stdx/backoff.js';
import { Histogram } from '../../../src/stdx/histogram.js';
import { Rate } from '../../../src/stdx/rate.js';

describe('a histogram', () => {
  it('is all zero while empty', () => {
    const empty = new Histogram().snapshot();
    expect(Object.values(empty)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('gives exact percentiles below 64 us and within 1 % above', () => {
    const histogram = new Histogram();
    for (let micros = 1; micros <= 50; micros++) histogram.record(micros / 1000);
    expect(histogram.percentile(50)).toBe(0.025);
    const wide = new Histogram();
    for (let ms = 1; ms <= 1000; ms++) wide.record(ms);
    expect(Math.abs(wide.percentile(99) / 990 - 1)).toBeLessThan(0.01);
    expect(Math.abs(wide.percentile(50) / 500 - 1)).toBeLessThan(0.01);
  });

  it('knows count, mean and extremes exactly', () => {
    const histogram = new Histogram();
    for (const ms of [0.5, 1.5, 700]) histogram.record(ms);
    const { count, minMs, meanMs, maxMs } = histogram.snapshot();
    expect({ count, minMs, meanMs, maxMs }).toEqual({
      count: 3,
      minMs: 0.5,
      meanMs: 234,
      maxMs: 700,
    });
    expect(histogram.percentile(100)).toBe(700);
    expect(histogram.percentile(0)).toBe(0.5);
    expect(histogram.percentile(33)).toBe(0.5);
  });

  it('takes what is out of range to the nearest bound', () => {
    const histogram = new Histogram();
    for (const ms of [-1, Number.NaN, 1e12]) histogram.record(ms);
    expect(histogram.snapshot().minMs).toBe(0);
    expect(histogram.snapshot().maxMs).toBe(0xffff_ffff / 1000);
    expect(histogram.count).toBe(3);
  });

  it('forgets on reset', () => {
    const histogram = new Histogram();
    histogram.record(5);
    histogram.reset();
    expect(histogram.snapshot()).toEqual(new Histogram().snapshot());
  });
});

describe('a rate', () => {
  it('is events per second over its window', () => {
    const rate = new Rate(0, { windowMs: 10_000, slots: 10 });
    for (let ms = 0; ms < 20_000; ms += 100) rate.add(ms);
    expect(rate.perSecond(20_000)).toBeCloseTo(10, 0);
  });

  it('divides by the time that has passed while that is shorter than the window', () => {
    const rate = new Rate(5_000, { windowMs: 10_000, slots: 10 });
    rate.add(5_000, 30);
    expect(rate.perSecond(7_000)).toBe(15);
    expect(rate.perSecond(5_000)).toBe(30);
  });

  it('forgets what left the window, also after a long silence', () => {
    const rate = new Rate(0, { windowMs: 10_000, slots: 10 });
    rate.add(0, 1000);
    expect(rate.perSecond(9_999)).toBeGreaterThan(90);
    expect(rate.perSecond(10_000)).toBe(0);
    rate.add(1_000_000, 10);
    expect(rate.perSecond(1_000_500)).toBeCloseTo(10 / 9.5, 5);
  });

  it('refuses a window without slots', () => {
    expect(() => new Rate(0, { windowMs: 1000, slots: 1 })).toThrow(AssertionFailure);
  });
});

describe('a backoff', () => {
  it('draws from the upper half of a bound that doubles up to its maximum, and begins again after a success', () => {
    const draws = [0, 0.999, 0.5, 0, 0, 0];
    const backoff = new Backoff({ baseMs: 100, maxMs: 500, random: () => draws.shift() ?? 0 });
    const delays = [backoff.nextMs(), backoff.nextMs(), backoff.nextMs(), backoff.nextMs()];
    expect(delays).toEqual([50, expect.closeTo(199.9, 5), 300, 250]);
    backoff.reset();
    expect(backoff.nextMs()).toBe(50);
  });

  it('refuses bounds that are none', () => {
    const random = (): number => 0;
    expect(() => new Backoff({ baseMs: 0, maxMs: 10, random })).toThrow(AssertionFailure);
    expect(() => new Backoff({ baseMs: 20, maxMs: 10, random })).toThrow(AssertionFailure);
  });
});
