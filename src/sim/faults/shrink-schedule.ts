import type { Fault, ScheduledFault } from './fault.js';
import { isLasting, lastEndOf, machinesOf } from './fault-parts.js';
import { faultUnits } from './fault-units.js';
import { formatScenario } from './format-scenario.js';
import { durationOf, type Scenario } from './scenario.js';

/** What is left of a scenario that fails. */
export interface Minimized {
  /** The smallest one found that still fails. */
  readonly scenario: Scenario;
  /** How many candidates were run for it. */
  readonly tried: number;
}

/** Whether a scenario still shows the failure that is looked for; another failure should not count. */
export type StillFails = (candidate: Scenario) => Promise<boolean>;

/** Fewer nodes could not keep three copies. */
const LEAST_NODES = 3;
/** A shorter fault would be none. */
const LEAST_FAULT_MS = 100;
/** Nothing goes wrong before this moment, as in a random schedule. */
const FIRST_FAULT_MS = 10_000;
/** Faults that need not strike at once, or long after each other, strike so far apart. */
const APART_MS = 1_000;
const HUNDREDTH_MINUTE_MS = 600;

/**
 * The smallest scenario found that still fails, given one that does, after at most `budget` runs of `stillFails`:
 * fewer faults, then less time, fewer clients and nodes, shorter faults, and again from the beginning until nothing
 * helps. If the budget was enough, and failing depends on the scenario alone, no single fault can be left out of it.
 *
 * After "Simplifying and Isolating Failure-Inducing Input" (Zeller and Hildebrandt, 2002), with complements only.
 */
export async function minimize(
  start: Scenario,
  stillFails: StillFails,
  budget: number,
): Promise<Minimized> {
  const shrinker = new Shrinker(start, stillFails, budget);
  await shrinker.run();
  return { scenario: shrinker.best(), tried: shrinker.tried() };
}

class Shrinker {
  readonly #stillFails: StillFails;
  readonly #budget: number;
  /** Texts of what was tried: different ways may lead to the same scenario. */
  readonly #seen = new Set<string>();
  #best: Scenario;
  #tried = 0;

  constructor(start: Scenario, stillFails: StillFails, budget: number) {
    this.#best = start;
    this.#stillFails = stillFails;
    this.#budget = budget;
    this.#seen.add(formatScenario(start));
  }

  best(): Scenario {
    return this.#best;
  }

  tried(): number {
    return this.#tried;
  }

  async run(): Promise<void> {
    let before: Scenario;
    do {
      before = this.#best;
      await this.#fewerFaults();
      await this.#lessTime();
      await this.#fewer('clients');
      await this.#fewer('nodes');
      await this.#shorterFaults();
    } while (this.#best !== before);
  }

  /** Makes the candidate the best one if it still fails; false when it does not, was tried, or the budget is spent. */
  async #take(change: Partial<Scenario>): Promise<boolean> {
    const candidate = { ...this.#best, ...change };
    const text = formatScenario(candidate);
    if (this.#seen.has(text) || this.#tried >= this.#budget) return false;
    this.#seen.add(text);
    this.#tried += 1;
    if (!(await this.#stillFails(candidate))) return false;
    this.#best = candidate;
    return true;
  }

  /** Leaves out all faults, then halves of them, quarters ... and at last single ones. */
  async #fewerFaults(): Promise<void> {
    for (let size = faultUnits(this.#best.faults).length; size > 1; size = Math.ceil(size / 2))
      await this.#withoutParts(size);
    await this.#withoutParts(1);
  }

  /** Leaves out parts of so many faults, the last ones first: what strikes after the failure cannot have caused it. */
  async #withoutParts(size: number): Promise<void> {
    const { faults } = this.#best;
    let units = faultUnits(faults);
    for (let end = units.length; end > 0; end -= size) {
      const fewer = [...units.slice(0, Math.max(0, end - size)), ...units.slice(end)];
      const kept = new Set(fewer.flat());
      if (!(await this.#take({ faults: faults.filter((_fault, i) => kept.has(i)) }))) continue;
      units = fewer;
    }
  }

  /** Lets the faults strike early and soon after each other, and ends the run with the last, or as soon as still fails. */
  async #lessTime(): Promise<void> {
    for (const i of this.#best.faults.keys()) {
      const { faults } = this.#best;
      const earliestMs = i === 0 ? FIRST_FAULT_MS : (faults[i - 1]?.atMs ?? 0) + APART_MS;
      const earlierMs = (faults[i]?.atMs ?? 0) - earliestMs;
      if (earlierMs <= 0) continue;
      await this.#take({
        faults: faults.map(({ atMs, fault }, j) => ({
          atMs: j < i ? atMs : atMs - earlierMs,
          fault,
        })),
        // What strikes before may last longer than what is moved.
        minutes: Math.max(
          minutesOf(durationOf(this.#best) - earlierMs),
          minutesOf(lastEndOf(faults.slice(0, i))),
        ),
      });
    }
    for (const divisor of [1, 2, 4, 8]) {
      const endMs = Math.max(lastEndOf(this.#best.faults), HUNDREDTH_MINUTE_MS);
      const spareMs = durationOf(this.#best) - endMs;
      const shorterMs = durationOf(this.#best) - spareMs / divisor;
      if (spareMs > 0 && (await this.#take({ minutes: minutesOf(shorterMs) }))) return;
    }
  }

  /** As few machines of one sort as still fail, and none fewer than the faults name. */
  async #fewer(sort: 'nodes' | 'clients'): Promise<void> {
    const letter = sort === 'nodes' ? 'n' : 'c';
    const least = Math.max(
      sort === 'nodes' ? LEAST_NODES : 1,
      ...this.#best.faults.map(({ fault }) => highestOf(fault, letter)),
    );
    for (;;) {
      const count = this.#best[sort];
      if (count <= least) return;
      const taken =
        (await this.#take({ [sort]: least })) ||
        (await this.#take({ [sort]: Math.floor((least + count) / 2) })) ||
        (await this.#take({ [sort]: count - 1 }));
      if (!taken) return;
    }
  }

  /** Halves how long each fault lasts, as often as it still fails. */
  async #shorterFaults(): Promise<void> {
    for (const i of this.#best.faults.keys())
      for (let halves = true; halves;)
        halves = await this.#take({ faults: withHalf(this.#best.faults, i) });
  }
}

/** The schedule with one fault half as long; as it is when that fault has no length, or hardly any. */
function withHalf(faults: readonly ScheduledFault[], place: number): readonly ScheduledFault[] {
  return faults.map((scheduled, i) => {
    const { atMs, fault } = scheduled;
    if (i !== place || !isLasting(fault) || fault.forMs < 2 * LEAST_FAULT_MS) return scheduled;
    return { atMs, fault: { ...fault, forMs: Math.floor(fault.forMs / 2) } };
  });
}

/** The highest number of a machine of that sort in a fault; 0 when there is none. */
function highestOf(fault: Fault, letter: string): number {
  const named = machinesOf(fault).filter((name) => name.startsWith(letter));
  return Math.max(0, ...named.map((name) => Number(name.slice(1))));
}

/** The fewest hundredths of minutes that are not shorter than this. */
function minutesOf(ms: number): number {
  return Math.ceil(ms / HUNDREDTH_MINUTE_MS) / 100;
}
