import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochOf, logAfter } from '../../src/node/core/metadata/metadata-log.js';
import { decideOnce } from './single-decree.js';
import { PaxosSchedule, type Weather } from './paxos-schedule.js';

const storm: Weather = { lose: 10, duplicate: 15, crash: 4, propose: 6, pull: 4 };
const anyWeather: fc.Arbitrary<Weather> = fc.record({
  lose: fc.integer({ min: 0, max: 40 }),
  duplicate: fc.integer({ min: 0, max: 30 }),
  crash: fc.integer({ min: 0, max: 15 }),
  propose: fc.integer({ min: 1, max: 8 }),
  pull: fc.integer({ min: 0, max: 3 }),
});
const seeds = fc.integer({ min: 0, max: 0xffff_ffff });

describe('Paxos over one epoch', () => {
  it('agrees on one value, though proposers forget their ballots and nobody hears of a decision', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 3, max: 5 }), (seed, voters) => {
        expect(decideOnce(seed, voters, 3).size).toBeLessThanOrEqual(1);
      }),
      { numRuns: 4_000 },
    );
  });

  it('is tried by schedules of which most decide something', () => {
    const sizes = Array.from({ length: 200 }, (_, seed) => decideOnce(seed, 3, 3).size);
    expect(sizes.filter((size) => size === 1).length).toBeGreaterThan(100);
  });
});

describe('Paxos over changing voters', () => {
  it('never decides two values for one epoch, whatever is lost, doubled, late or crashed', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 5 }), anyWeather, (seed, count, weather) => {
        new PaxosSchedule(seed, count).run(500, weather);
      }),
      { numRuns: 1500 },
    );
  });

  it('gives every node the same entries in the order of their epochs', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const schedule = new PaxosSchedule(seed, 5);
        schedule.run(600, storm);
        const logs = schedule.nodes.map((node) => node.durable.log);
        const longest = logs.reduce((a, b) => (epochOf(b) > epochOf(a) ? b : a));
        const all = logAfter(longest, 0, 1000).entries;
        expect(all.map((entry) => entry.epoch)).toEqual(all.map((_, i) => i + 1));
        for (const log of logs) expect(log.entries).toEqual(all.slice(0, epochOf(log)));
      }),
      { numRuns: 100 },
    );
  });

  it('decides again after any storm, once a majority answers', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 5 }), (seed, count) => {
        const schedule = new PaxosSchedule(seed, count);
        schedule.run(400, storm);
        expect(schedule.settle()).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('is tried by schedules in which proposers really compete and epochs really pass', () => {
    const decisions = Array.from({ length: 50 }, (_, seed) => {
      const schedule = new PaxosSchedule(seed, 5);
      schedule.run(600, storm);
      return schedule.decisions;
    });
    expect(decisions.filter((count) => count >= 3).length).toBeGreaterThan(25);
  });
});
