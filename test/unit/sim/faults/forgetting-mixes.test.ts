import { describe, expect, it } from 'vitest';
import type { Fault, ScheduledFault } from '../../../../src/sim/faults/fault.js';
import { endOf } from '../../../../src/sim/faults/fault-parts.js';
import {
  faultsEndMs,
  randomSchedule,
  type Intensity,
} from '../../../../src/sim/faults/random-schedule.js';
import { Prng } from '../../../../src/stdx/prng.js';

const SEEDS = Array.from({ length: 60 }, (_, i) => i + 1);
const ABSENCES: readonly Fault['kind'][] = ['crash', 'partition', 'clog'];

function schedule(
  seed: number,
  { graceMs, minutes = 10, intensity = 'heavy' }: Options,
): readonly ScheduledFault[] {
  const size = { nodes: 5, clients: 6, durationMs: minutes * 60_000 };
  return randomSchedule({ random: new Prng(seed), intensity, graceMs, ...size });
}

interface Options {
  readonly graceMs: number | undefined;
  readonly minutes?: number;
  readonly intensity?: Intensity;
}

/** Absences, and messages on their way, that last longer than the grace. */
function longer(faults: readonly ScheduledFault[], graceMs: number): readonly Fault[] {
  return faults
    .map(({ fault }) => fault)
    .filter((fault) => ABSENCES.includes(fault.kind) && 'forMs' in fault && fault.forMs > graceMs);
}

describe('a random schedule of a cluster that keeps deletes for a minute or less', () => {
  it.each([20_000, 30_000, 60_000])('has absences that are longer than %i ms', (graceMs) => {
    const found = SEEDS.map((seed) => longer(schedule(seed, { graceMs }), graceMs));
    const kinds = found.flat().map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(new Set(ABSENCES));
    expect(found.filter((some) => some.length > 0).length).toBeGreaterThan(SEEDS.length / 2);
  });

  it('has them in runs of two minutes too, where deletes are kept for 20 s', () => {
    const found = SEEDS.map((seed) => schedule(seed, { graceMs: 20_000, minutes: 2 }));
    expect(found.filter((faults) => longer(faults, 20_000).length > 0).length).toBeGreaterThan(10);
  });

  it('sets the clocks of clients back by about as long as deletes are kept, and right again', () => {
    for (const seed of SEEDS) {
      const steps = schedule(seed, { graceMs: 60_000 }).flatMap(({ fault }) =>
        fault.kind === 'clock-jump' && fault.machine.startsWith('c') ? [fault.byMs] : [],
      );
      expect(steps.reduce((sum, byMs) => sum + byMs, 0)).toBe(0);
    }
    const all = SEEDS.flatMap((seed) => schedule(seed, { graceMs: 60_000 }));
    const back = all.filter(({ fault }) => fault.kind === 'clock-jump' && fault.byMs <= -50_000);
    expect(back.length).toBeGreaterThan(10);
  });

  it('takes old images from before what is forgotten', () => {
    const all = SEEDS.flatMap((seed) => schedule(seed, { graceMs: 60_000 }));
    expect(all.some(({ fault }) => fault.kind === 'rollback' && fault.ageMs > 90_000)).toBe(true);
  });

  it.each([2, 10])('ends as calmly as any other, in %i minutes', (minutes) => {
    for (const seed of SEEDS)
      for (const scheduled of schedule(seed, { graceMs: 20_000, minutes }))
        expect(endOf(scheduled)).toBeLessThanOrEqual(faultsEndMs(minutes * 60_000));
  });

  it('is light when it is to be light', () => {
    for (const seed of SEEDS) {
      const faults = schedule(seed, { graceMs: 20_000, intensity: 'light' });
      expect(faults).toEqual(schedule(seed, { graceMs: undefined, intensity: 'light' }));
    }
  });
});

describe('a random schedule of a cluster that keeps deletes for days', () => {
  it('is the same as where nobody says for how long', () => {
    for (const seed of SEEDS)
      expect(schedule(seed, { graceMs: 864_000_000 })).toEqual(
        schedule(seed, { graceMs: undefined }),
      );
  });
});
