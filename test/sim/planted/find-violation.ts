import { expect } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../src/node/core/settings.js';
import type { ScheduledFault } from '../../../src/sim/faults/fault.js';
import type { SimOptions } from '../../../src/sim/run/sim-options.js';
import type { RuleName } from '../../../src/sim/workload/history.js';
import { brokenRules, runSeed } from '../run-seed.js';

/** Puts a mistake into the code of this process; the function that it gives takes it out again. */
type Plant = () => () => void;

/** What is run, and what it must show. */
export interface Hunt extends Partial<Omit<SimOptions, 'seed'>> {
  readonly plant: Plant;
  readonly rule: RuleName;
  /** Seeds that are tried, or how many from 1 on; hardly ever are more than three needed. */
  readonly seeds: number | readonly number[];
}

/** What the simulator found of a planted mistake. */
interface Found {
  readonly seed: number;
  /** All rules that the same run saw broken. */
  readonly rules: readonly RuleName[];
}

/** Seeds in which somebody changes metadata all the time: in others hardly anything is decided in a minute. */
export const RESTLESS: readonly number[] = [1, 57, 68, 71, 75, 80, 87, 12, 26, 36];

/** Of three nodes first one, then another is cut off for a while: copies differ, and quorums are made of different nodes. */
export const CUT_OFF: readonly ScheduledFault[] = [
  { atMs: 3_000, fault: cutOff(['n1'], ['n2', 'n3']) },
  { atMs: 13_000, fault: cutOff(['n2'], ['n1', 'n3']) },
];

function cutOff(...sides: readonly (readonly string[])[]): ScheduledFault['fault'] {
  return { kind: 'partition', sides, direction: 'both', forMs: 8_000 };
}

/** Deletes are kept for long, where a mistake is not about them. */
const USUAL = { graceMs: DEFAULT_SETTINGS.graceMs } as const;

/** A mistake in a method: what `make` makes of the right one stands in its place. */
export function inMethod<T extends object, K extends keyof T>(
  prototype: T,
  name: K,
  make: (right: T[K]) => T[K],
): Plant {
  return () => {
    const right = prototype[name];
    prototype[name] = make(right);
    return () => {
      prototype[name] = right;
    };
  };
}

/** A mistake that the mocked modules of a test file know by its name. */
export function named<Mistake extends string>(
  planted: { mistake: Mistake | undefined },
  mistake: Mistake,
): Plant {
  return () => {
    planted.mistake = mistake;
    return () => {
      planted.mistake = undefined;
    };
  };
}

/** Fails unless the mistake is caught by its rule within so many seeds, and the seed that shows it is clean without it. */
export async function expectCaught({ plant, rule, seeds, ...options }: Hunt): Promise<Found> {
  const usual = { ...USUAL, ...options };
  const found = await findViolation({ plant, rule, seeds, ...usual });
  if (found === undefined)
    expect.fail(`${rule} was not broken by any of the seeds ${seedsOf(seeds).join(', ')}`);
  expect(brokenRules(await runSeed(found.seed, usual))).toEqual([]);
  return found;
}

async function findViolation(hunt: Hunt): Promise<Found | undefined> {
  const { plant, rule, seeds, ...options } = hunt;
  const takeOut = plant();
  try {
    for (const seed of seedsOf(seeds)) {
      const { violations } = await runSeed(seed, options);
      const rules = [...new Set(violations.map((one) => one.rule))];
      if (rules.includes(rule)) return { seed, rules };
    }
    return undefined;
  } finally {
    takeOut();
  }
}

function seedsOf(seeds: Hunt['seeds']): readonly number[] {
  return typeof seeds === 'number' ? Array.from({ length: seeds }, (_, i) => i + 1) : seeds;
}
