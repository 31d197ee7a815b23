import { describe, expect, it, vi } from 'vitest';
import { Minutes } from '../../../bench/sustained/minutes.js';

describe('the minutes of a load', () => {
  it('are told once each, with what was due in them', () => {
    // A start to which a minute cannot be added exactly.
    const startMs = 10_915.498;
    let tookMs = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => startMs + tookMs);
    const told: [number, number][] = [];
    const minutes = new Minutes(({ figures }, number) =>
      told.push([number, figures.latencies.count]),
    );
    for (; tookMs < 150_000; tookMs += tookMs < 60_000 ? 1_000 : 2_000) {
      minutes.tick();
      minutes.latency(startMs + tookMs + 1, 5);
    }
    minutes.end();
    expect(told).toEqual([
      [1, 60],
      [2, 30],
      [3, 15],
    ]);
    expect(minutes.all.latencies.count).toBe(105);
  });
});
