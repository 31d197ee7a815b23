import { describe, expect, it } from 'vitest';
import type { Fault, ScheduledFault } from '../../../../src/sim/faults/fault.js';
import { endOf, isLasting, lastEndOf, machinesOf } from '../../../../src/sim/faults/fault-parts.js';
import { formatScenario } from '../../../../src/sim/faults/format-scenario.js';
import {
  faultsEndMs,
  type Intensity,
  randomSchedule,
} from '../../../../src/sim/faults/random-schedule.js';
import { SCENARIO_DEFAULTS } from '../../../../src/sim/faults/scenario.js';
import { parseScenario } from '../../../../src/sim/faults/scenario-file.js';
import { Prng } from '../../../../src/stdx/prng.js';

const NODES = 5;
const CLIENTS = 6;
const SEEDS = 300;
const DAMAGES: readonly Fault['kind'][] = ['disk-fail', 'disk-full', 'rot', 'rollback', 'clone'];
/** Faults that end the process of their node, or begin with it. */
const STOPS: readonly Fault['kind'][] = [
  'crash',
  'restart',
  'disk-fail',
  'disk-full',
  'rollback',
  'clone',
];

function schedule(seed: number, intensity: Intensity, minutes = 10): readonly ScheduledFault[] {
  const durationMs = minutes * 60_000;
  return randomSchedule({
    random: new Prng(seed),
    intensity,
    nodes: NODES,
    clients: CLIENTS,
    durationMs,
  });
}

/** Runs of ten minutes and of two, light and heavy, for every seed. */
function* runs(): Generator<{
  readonly name: string;
  readonly minutes: number;
  readonly faults: readonly ScheduledFault[];
}> {
  for (let seed = 1; seed <= SEEDS; seed++)
    for (const intensity of ['light', 'heavy'] as const)
      for (const minutes of [10, 2])
        yield {
          name: `${intensity}, ${minutes} minutes, seed ${seed}`,
          minutes,
          faults: schedule(seed, intensity, minutes),
        };
}

/** All heavy schedules of ten minutes. */
function heavy(): readonly (readonly ScheduledFault[])[] {
  return Array.from({ length: SEEDS }, (_, i) => schedule(i + 1, 'heavy'));
}

function isStopOf(node: string): (one: ScheduledFault) => boolean {
  return ({ fault }) => STOPS.includes(fault.kind) && machinesOf(fault).includes(node);
}

describe('a random schedule', () => {
  it('is the same for the same seed, and another for another', () => {
    for (const intensity of ['light', 'heavy'] as const) {
      expect(schedule(7, intensity)).toEqual(schedule(7, intensity));
      expect(schedule(7, intensity)).not.toEqual(schedule(8, intensity));
    }
  });

  it('is empty for a calm run, and draws as much from the source of chance as any other', () => {
    const draws = (['none', 'light', 'heavy'] as const).map((intensity) => {
      let count = 0;
      const random = { nextU32: () => ++count };
      const roster = { nodes: NODES, clients: CLIENTS, durationMs: 600_000 };
      const faults = randomSchedule({ random, intensity, ...roster });
      expect(faults.length === 0).toBe(intensity === 'none');
      return count;
    });
    expect(draws).toEqual([1, 1, 1]);
  });

  it('is sorted, and begins and ends calm', () => {
    for (const { name, minutes, faults } of runs()) {
      const endMs = faultsEndMs(minutes * 60_000);
      expect(endMs).toBe(minutes === 10 ? 540_000 : 72_000);
      expect(faults[0]?.atMs ?? 10_000, name).toBeGreaterThanOrEqual(10_000);
      expect(lastEndOf(faults), name).toBeLessThanOrEqual(endMs);
      for (const [i, { atMs }] of faults.entries())
        expect(atMs, name).toBeGreaterThanOrEqual(faults[i - 1]?.atMs ?? 0);
      for (const { atMs, fault } of faults)
        if (fault.kind === 'restart')
          expect(atMs + 10_000 + fault.forMs).toBeLessThanOrEqual(endMs);
    }
  });

  it('can be written to a scenario file and read back', () => {
    for (const { name, minutes, faults } of runs()) {
      const scenario = { ...SCENARIO_DEFAULTS, minutes, faults };
      expect(parseScenario(formatScenario(scenario)), name).toEqual(scenario);
    }
  });

  it('works for any number of nodes and clients, and any time', () => {
    for (let nodes = 0; nodes <= 9; nodes++)
      for (const clients of [0, 1, 9])
        for (const durationMs of [1, 1000, 20_000, 179_999, 180_000, 3_600_000]) {
          const random = new Prng(nodes * clients + durationMs);
          const faults = randomSchedule({ random, intensity: 'heavy', nodes, clients, durationMs });
          expect(lastEndOf(faults)).toBeLessThanOrEqual(faultsEndMs(durationMs));
          if (nodes === 0) expect(faults).toEqual([]);
          // More than that many faults at once would be no history to learn from.
          expect(faults.length).toBeLessThan(20 + durationMs / 1000);
        }
  });

  it('that is light has one fault at a time, of the harmless kinds', () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const faults = schedule(seed, 'light');
      for (const [i, one] of faults.entries()) {
        expect(['crash', 'restart', 'pause', 'network']).toContain(one.fault.kind);
        if (one.fault.kind === 'network') expect(one.fault.loss).toBeLessThanOrEqual(0.02);
        if (one.fault.kind === 'pause') expect(one.fault.forMs).toBeLessThanOrEqual(3_000);
        const before = faults[i - 1];
        if (before !== undefined) expect(one.atMs).toBeGreaterThan(endOf(before));
      }
      expect(faults.length).toBeGreaterThan(4);
    }
  });

  it('that is heavy has something new every 8 to 15 s, or a moment later, where no impostor needs quiet', () => {
    const all = heavy();
    const busy = all.filter((faults) => !faults.some(isImpostor));
    expect(busy.length).toBeGreaterThan(10);
    for (const faults of busy)
      for (const [i, { atMs }] of faults.entries())
        if (i > 0) expect(atMs - (faults[i - 1]?.atMs ?? 0)).toBeLessThanOrEqual(18_000);
    for (const faults of all)
      expect(new Set(faults.map(({ atMs }) => atMs)).size).toBeGreaterThan(20);
  });
});

function isImpostor({ fault }: ScheduledFault): boolean {
  return fault.kind === 'rollback' || fault.kind === 'clone';
}

describe('a heavy schedule keeps the promises checkable:', () => {
  it('no two nodes are damaged at a time, nor soon after each other', () => {
    for (const faults of heavy()) {
      const damages = faults.filter(({ fault }) => DAMAGES.includes(fault.kind));
      for (const [i, one] of damages.entries()) {
        const next = damages[i + 1];
        const healMs = one.fault.kind === 'rot' ? 60_000 : 20_000;
        if (next !== undefined) expect(next.atMs).toBeGreaterThanOrEqual(endOf(one) + healMs);
      }
    }
  });

  it('records of one node only rot in a run', () => {
    for (const faults of heavy()) {
      const rotten = faults.filter(({ fault }) => fault.kind === 'rot');
      const nodes = rotten.flatMap(({ fault }) => machinesOf(fault));
      expect(new Set(nodes).size).toBeLessThanOrEqual(1);
    }
  });

  it('a node is rolled back to an image of a time since which it was up, 20 s ago or more', () => {
    for (const faults of heavy())
      for (const { atMs, fault } of faults) {
        if (fault.kind !== 'rollback') continue;
        expect(fault.ageMs).toBeGreaterThanOrEqual(20_000);
        const stops = faults.filter(isStopOf(fault.node)).filter((stop) => stop.atMs < atMs);
        for (const stop of stops) expect(endOf(stop)).toBeLessThanOrEqual(atMs - fault.ageMs);
      }
  });

  it('around the start of an impostor nothing stops, cuts or slows the machines that know it', () => {
    for (const faults of heavy())
      for (const one of faults.filter(isImpostor)) {
        const others = faults.filter(({ fault }) => !fault.kind.startsWith('clock'));
        const near = others.filter(
          (other) =>
            other !== one && endOf(other) > one.atMs - 10_000 && other.atMs < one.atMs + 10_000,
        );
        expect(near).toEqual([]);
      }
  });

  it('a node that is away is not stopped again before it is started', () => {
    for (const faults of heavy())
      for (let n = 1; n <= NODES; n++) {
        const stops = faults.filter(isStopOf(`n${n}`));
        for (const [i, { atMs }] of stops.entries()) {
          const before = stops[i - 1];
          if (before !== undefined) expect(atMs).toBeGreaterThanOrEqual(endOf(before));
        }
      }
  });

  it('clocks are off by what nodes may serve with, but for one node; and all are set right', () => {
    for (const faults of heavy()) {
      const offMs = new Map<string, number>();
      const hours = new Set<string>();
      for (const { fault } of faults) {
        if (fault.kind !== 'clock-jump') continue;
        const { machine } = fault;
        offMs.set(machine, (offMs.get(machine) ?? 0) + fault.byMs);
        const size = Math.abs(offMs.get(machine) ?? 0);
        if (size === 3_600_000) hours.add(machine);
        else if (machine.startsWith('n')) expect(size).toBeLessThanOrEqual(4_000);
        else if (size !== 30_000) expect(size).toBeLessThanOrEqual(2_000);
      }
      expect(hours.size).toBeLessThanOrEqual(1);
      expect([...hours].every((name) => name.startsWith('n'))).toBe(true);
      expect([...offMs.values()].every((ms) => ms === 0)).toBe(true);
    }
  });

  it('drift is at most 500 ppm, and ends', () => {
    for (const faults of heavy()) {
      const drift = new Map<string, number>();
      for (const { fault } of faults) {
        if (fault.kind !== 'clock-drift') continue;
        expect(Math.abs(fault.partsPerMillion)).toBeLessThanOrEqual(500);
        drift.set(fault.machine, fault.partsPerMillion);
      }
      expect([...drift.values()].every((ppm) => ppm === 0)).toBe(true);
    }
  });
});

describe('heavy schedules, some of them, have', () => {
  const all = heavy();

  /** True when some schedule has a fault like this. */
  function some(
    test: (one: ScheduledFault, faults: readonly ScheduledFault[]) => boolean,
  ): boolean {
    return all.some((faults) => faults.some((one) => test(one, faults)));
  }

  it('every kind of fault', () => {
    const kinds = new Set(all.flatMap((faults) => faults.map(({ fault }) => fault.kind)));
    expect([...kinds].sort()).toEqual([
      'clock-drift',
      'clock-jump',
      'clog',
      'clone',
      'crash',
      'disk-fail',
      'disk-full',
      'disk-slow',
      'network',
      'partition',
      'pause',
      'reset',
      'restart',
      'rollback',
      'rot',
    ]);
  });

  it('all nodes without power at once', () => {
    const down = (faults: readonly ScheduledFault[], atMs: number): number =>
      faults.filter((one) => one.fault.kind === 'crash' && one.atMs <= atMs && endOf(one) > atMs)
        .length;
    expect(some((one, faults) => down(faults, one.atMs) === NODES)).toBe(true);
  });

  it('a crash while the node starts after a crash', () => {
    const soonAfter = (one: ScheduledFault, before: ScheduledFault): boolean =>
      before !== one && one.atMs >= endOf(before) && one.atMs < endOf(before) + 500;
    expect(
      some(
        (one, faults) =>
          one.fault.kind === 'crash' &&
          faults.filter(isStopOf(one.fault.node)).some((before) => soonAfter(one, before)),
      ),
    ).toBe(true);
  });

  it('pauses of nodes beyond the time after which they are held for dead, and of clients', () => {
    const isPause = ({ fault }: ScheduledFault, letter: string): boolean =>
      fault.kind === 'pause' && fault.forMs > 6_000 && fault.machine.startsWith(letter);
    expect(some((one) => isPause(one, 'n'))).toBe(true);
    expect(some((one) => isPause(one, 'c'))).toBe(true);
  });

  it('partitions one way, in three, with a node that all see, and with clients on the sides', () => {
    const shapes = all.flat().flatMap(({ fault }) => (fault.kind === 'partition' ? [fault] : []));
    const nodesOf = (shape: Fault): number =>
      machinesOf(shape).filter((name) => name.startsWith('n')).length;
    expect(shapes.some(({ direction }) => direction === 'one-way')).toBe(true);
    expect(shapes.some(({ sides }) => sides.length === 3)).toBe(true);
    expect(shapes.some((shape) => nodesOf(shape) === NODES - 1)).toBe(true);
    expect(shapes.some(({ sides }) => sides.flat().includes('c1'))).toBe(true);
    expect(shapes.some(({ sides }) => sides.flat().length === NODES)).toBe(true);
  });

  it('links clogged one after the other and freed in another order', () => {
    expect(
      some((one, faults) =>
        faults.some(
          (other) =>
            one.fault.kind === 'clog' &&
            other.fault.kind === 'clog' &&
            one.atMs < other.atMs &&
            endOf(other) < endOf(one),
        ),
      ),
    ).toBe(true);
  });

  it('crashes while data of another node are damaged', () => {
    const isDamaged = ({ fault }: ScheduledFault): boolean =>
      DAMAGES.includes(fault.kind) && isLasting(fault);
    expect(
      some(
        (one, faults) =>
          one.fault.kind === 'crash' &&
          faults.some((two) => isDamaged(two) && two.atMs < one.atMs && one.atMs < endOf(two)),
      ),
    ).toBe(true);
  });
});
