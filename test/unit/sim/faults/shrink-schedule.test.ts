import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fault, ScheduledFault } from '../../../../src/sim/faults/fault.js';
import { endOf, machinesOf } from '../../../../src/sim/faults/fault-parts.js';
import { faultUnits } from '../../../../src/sim/faults/fault-units.js';
import { formatFault, formatScenario } from '../../../../src/sim/faults/format-scenario.js';
import { randomSchedule } from '../../../../src/sim/faults/random-schedule.js';
import {
  durationOf,
  SCENARIO_DEFAULTS,
  type Scenario,
} from '../../../../src/sim/faults/scenario.js';
import { parseScenario } from '../../../../src/sim/faults/scenario-file.js';
import { minimize } from '../../../../src/sim/faults/shrink-schedule.js';
import { Prng } from '../../../../src/stdx/prng.js';

const ENOUGH = 100_000;

/** A heavy scenario as a failing seed gives it. */
function heavyScenario(seed: number): Scenario {
  const faults = randomSchedule({
    random: new Prng(seed),
    intensity: 'heavy',
    nodes: 5,
    clients: 6,
    durationMs: 600_000,
  });
  return { ...SCENARIO_DEFAULTS, name: 'found', faults };
}

function keyOf(fault: Fault): string {
  const short = 'forMs' in fault ? { ...fault, forMs: 0 } : fault;
  return formatFault(short);
}

/** Fails iff faults like all of these are there, whenever they strike and however long they last. */
function failsWith(needed: readonly ScheduledFault[]): (candidate: Scenario) => Promise<boolean> {
  return async ({ faults }) => {
    const rest = faults.map(({ fault }) => keyOf(fault));
    for (const { fault } of needed) {
      const at = rest.indexOf(keyOf(fault));
      if (at < 0) return false;
      rest.splice(at, 1);
    }
    return true;
  };
}

function textsOf(faults: readonly ScheduledFault[]): readonly string[] {
  return faults.map(({ fault }) => formatFault(fault));
}

describe('what is left of a failing scenario', () => {
  it('is the two faults that it takes, early, short, and on a small cluster', async () => {
    const start = parseScenario(
      [
        'nodes 9',
        'minutes 10',
        'clients 8',
        'every 10s from 60s to 5m slow-disk nodes in turn by 10ms for 5s',
        'at 80s crash n2 for 20s',
        'at 4m pause c2 for 8s',
      ].join('\n'),
    );
    const [crash, pause] = ['crash', 'pause'].map((kind) =>
      start.faults.find(({ fault }) => fault.kind === kind),
    );
    if (crash === undefined || pause === undefined) throw new Error('not in the scenario');
    const { scenario } = await minimize(start, failsWith([crash, pause]), ENOUGH);
    expect(formatScenario(scenario)).toBe(
      [
        'name unnamed',
        'nodes 3',
        'minutes 0.19',
        'clients 2',
        '',
        'at 10s crash n2 for 156ms',
        'at 11s pause c2 for 125ms',
        '',
      ].join('\n'),
    );
  });

  it('keeps exactly the faults 3 and 17, in few runs', async () => {
    const lines = Array.from(
      { length: 30 },
      (_, i) => `at ${i * 15}s slow-disk n1 by ${i}ms for 8s`,
    );
    const start = parseScenario(lines.join('\n'));
    const needed = start.faults.filter((_fault, i) => i === 3 || i === 17);
    const { scenario, tried } = await minimize(start, failsWith(needed), ENOUGH);
    expect(textsOf(scenario.faults)).toEqual([
      'slow-disk n1 by 3ms for 125ms',
      'slow-disk n1 by 17ms for 125ms',
    ]);
    expect(tried).toBeLessThan(60);
  });

  it('is nothing but a short calm run when it fails without any fault', async () => {
    const { scenario, tried } = await minimize(heavyScenario(1), async () => true, ENOUGH);
    expect(scenario).toMatchObject({ faults: [], nodes: 3, clients: 1, minutes: 0.01 });
    expect(tried).toBeLessThan(10);
  });

  it('is the scenario itself when nothing smaller fails', async () => {
    const start = heavyScenario(2);
    const { scenario, tried } = await minimize(start, async () => false, ENOUGH);
    expect(scenario).toBe(start);
    expect(tried).toBeGreaterThan(start.faults.length / 2);
  });

  it('is not tried with fewer machines than the faults name, nor with a time that cuts them off', async () => {
    const start = heavyScenario(3);
    const chance = new Prng(3);
    await minimize(
      start,
      async (candidate) => {
        expect(candidate.nodes).toBeGreaterThanOrEqual(3);
        expect(candidate.clients).toBeGreaterThanOrEqual(1);
        // The parser refuses what a scenario must not be, and so would whoever replays it.
        expect(parseScenario(formatScenario(candidate))).toEqual(candidate);
        for (const one of candidate.faults)
          expect(endOf(one)).toBeLessThanOrEqual(durationOf(candidate));
        return chance.int(3) > 0;
      },
      2_000,
    );
  });

  it('never leaves a clock wrong that was set right, nor a drift without end', async () => {
    const start = parseScenario(
      ['at 10s clock of n1 +1h', 'at 20s drift of n2 +100ppm', 'at 30s clock of n2 +1h']
        .concat(['at 40s clock of n1 -1h', 'at 50s drift of n2 +0ppm', 'at 60s clock of n2 -1h'])
        .join('\n'),
    );
    expect(faultUnits(start.faults)).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
    const needsOne = async ({ faults }: Scenario): Promise<boolean> =>
      textsOf(faults).includes('clock of n2 +1h');
    const { scenario } = await minimize(start, needsOne, ENOUGH);
    expect(textsOf(scenario.faults)).toEqual(['clock of n2 +1h', 'clock of n2 -1h']);
  });

  it('still fails, and was found within the budget', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(50),
        fc.nat(200),
        fc.array(fc.nat(60), { maxLength: 5 }),
        async (seed, budget, places) => {
          const start = heavyScenario(seed);
          const needed = start.faults.filter((_fault, i) => places.includes(i));
          let runs = 0;
          const fails = failsWith(needed);
          const { scenario, tried } = await minimize(
            start,
            async (candidate) => {
              runs += 1;
              return await fails(candidate);
            },
            budget,
          );
          expect(await fails(scenario)).toBe(true);
          expect(tried).toBe(runs);
          expect(runs).toBeLessThanOrEqual(budget);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('fails no more when any one of its faults is left out, even if what fails is not monotone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(50), fc.nat(1_000_000), async (seed, salt) => {
        const start = heavyScenario(seed);
        // Any verdict that depends on the faults alone, and that is a failure at the start.
        const fails = async ({ faults }: Scenario): Promise<boolean> =>
          faults.length === start.faults.length ||
          Prng.named(`${salt} ${textsOf(faults).join()}`).int(3) === 0;
        const { scenario } = await minimize(start, fails, ENOUGH);
        for (const unit of faultUnits(scenario.faults)) {
          const fewer = scenario.faults.filter((_fault, i) => !unit.includes(i));
          expect(await fails({ ...scenario, faults: fewer })).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('the machines of a fault', () => {
  it('are those that it names', () => {
    const { faults } = parseScenario(
      ['at 1s partition n1,c1 | n2 for 1s', 'at 2s clog n1->n2 for 1s', 'at 3s reset n1->n3']
        .concat(['at 4s network loss 1% for 1s', 'at 5s rot n4', 'at 6s clock of c2 +1s'])
        .join('\n'),
    );
    expect(faults.map(({ fault }) => machinesOf(fault))).toEqual([
      ['n1', 'c1', 'n2'],
      ['n1', 'n2'],
      ['n1', 'n3'],
      [],
      ['n4'],
      ['c2'],
    ]);
  });
});
