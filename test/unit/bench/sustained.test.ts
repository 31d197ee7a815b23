import { describe, expect, it } from 'vitest';
import { StallMeter } from '../../../bench/sustained/figures.js';
import { parseOptions } from '../../../bench/sustained/options.js';
import { RateSearch } from '../../../bench/sustained/rate-search.js';
import { STORE_OPTIONS } from '../../../src/node/store/store-options.js';

const MIB = 1024 ** 2;

describe('the options of the bench of sustained load', () => {
  it('are half an hour with the sizes of the store when none is given', () => {
    const { cacheBytes, writeBufferBytes, maxFileBytes } = STORE_OPTIONS;
    const sizes = { cacheBytes, writeBufferBytes, maxFileBytes };
    const bounds = { dataBytes: 1024 * MIB, diskBytes: 6 * 1024 * MIB };
    const expected = { minutes: 30, rate: undefined, ...sizes, ...bounds, json: false };
    expect(parseOptions([])).toEqual(expected);
  });

  it('are what is given', () => {
    const words = '--minutes 0.5 --rate=200 --write-buffer 16MiB --max-file-size 8MiB --json';
    const expected = {
      ...{ minutes: 0.5, rate: 200, json: true },
      ...{ writeBufferBytes: 16 * MIB, maxFileBytes: 8 * MIB },
    };
    expect(parseOptions(words.split(' '))).toMatchObject(expected);
  });

  it.each([
    ['--minutes 0', '--minutes must be a number above 0'],
    ['--rate quick', '--rate must be a number above 0'],
    ['--write-buffer 64MB', '--write-buffer must be a size'],
    ['--cache 512MiB', '--data must be at least 4 times the cache'],
    ['--max-disk 2GiB', '--max-disk must be at least 4 times --data'],
    ['--rounds 3', "Unknown option '--rounds'"],
  ])('refuse %s', (words, reason) => {
    expect(() => parseOptions(words.split(' '))).toThrow(reason);
  });
});

describe('the search for a rate', () => {
  /** Windows of a store whose p99 is under the goal up to `capacity` puts per second. */
  const searched = (capacity: (window: number) => number, windows: number): RateSearch => {
    const search = new RateSearch();
    for (let window = 0; window < windows; window++)
      search.judge({ p99Ms: search.rate <= capacity(window) ? 5 : 15, behind: false });
    return search;
  };

  it.each([12, 60, 100, 430, 2_000])('holds a rate just below the most: %i', (most) => {
    const search = searched(() => most, 60);
    expect(search.holding).toBe(true);
    expect(search.found).toBe(search.rate);
    expect(search.rate).toBeLessThanOrEqual(most);
    expect(search.rate).toBeGreaterThan(most / 1.06);
  });

  it('finds none when the least rate fails', () => {
    expect(searched(() => 0, 60).found).toBeUndefined();
  });

  it('does not take one slow window for a failure', () => {
    const search = searched((window) => (window === 3 ? 0 : 430), 60);
    expect(search.rate).toBeGreaterThan(430 / 1.06);
  });

  it('backs off when the rate that it holds fails after all', () => {
    const search = searched((window) => (window < 40 ? 430 : 300), 60);
    expect(search.holding).toBe(true);
    expect(search.rate).toBeLessThanOrEqual(300);
    expect(search.rate).toBeGreaterThan(300 * 0.9);
  });

  it('takes a rate that is not kept up with for too much, however quick its answers', () => {
    const search = new RateSearch();
    search.judge({ p99Ms: 1, behind: true });
    search.judge({ p99Ms: 1, behind: true });
    expect(search.rate).toBe(50);
  });
});

describe('the meter of stalls', () => {
  const stallsOf = (events: readonly (readonly ['due' | 'answer', number])[]): number[] => {
    const stalls: number[] = [];
    const meter = new StallMeter((ms) => stalls.push(ms));
    for (const [what, atMs] of events) {
      if (what === 'due') meter.due(atMs);
      else meter.acknowledged(atMs);
    }
    return stalls;
  };

  it('counts from when something was due, not from the last answer', () => {
    const quiet = [['due', 0], ['answer', 5], ['due', 1_000], ['answer', 1_005]] as const; // prettier-ignore
    expect(stallsOf(quiet)).toEqual([]);
    const late = [['due', 0], ['answer', 5], ['due', 1_000], ['answer', 1_150]] as const; // prettier-ignore
    expect(stallsOf(late)).toEqual([150]);
  });

  it('is one stall however many waited in it', () => {
    const events = [['due', 0], ['due', 10], ['answer', 200], ['answer', 200]] as const; // prettier-ignore
    expect(stallsOf(events)).toEqual([200]);
  });

  it('sees no stall while answers come, however late each is', () => {
    const events = [['due', 0], ['due', 50], ['answer', 90], ['due', 95], ['answer', 180]] as const; // prettier-ignore
    expect(stallsOf(events)).toEqual([]);
  });

  it('does not count the time before the last answer for what was begun late', () => {
    const events = [['due', 0], ['answer', 300], ['due', 10], ['answer', 350]] as const; // prettier-ignore
    expect(stallsOf(events)).toEqual([300]);
  });
});
