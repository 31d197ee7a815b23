import type { ScheduledFault } from './fault.js';

/** What a simulated cluster is, and what goes wrong with it, in the order of time: the content of one scenario file. */
export interface Scenario {
  readonly name: string;
  /** What it shows, one line; may be empty. */
  readonly description: string;
  readonly nodes: number;
  /** How long it lasts, in virtual minutes, with two decimals at most. */
  readonly minutes: number;
  readonly clients: number;
  /** How long deletes are kept for those that are away; undefined leaves it to the seed. */
  readonly graceMs: number | undefined;
  readonly faults: readonly ScheduledFault[];
}

/** What a scenario is when it does not say. */
export const SCENARIO_DEFAULTS: Scenario = {
  name: 'unnamed',
  description: '',
  nodes: 5,
  minutes: 10,
  clients: 6,
  graceMs: undefined,
  faults: [],
};

/** The most that a scenario may ask for. */
export const SCENARIO_LIMITS = {
  nodes: 100,
  clients: 100,
  minutes: 24 * 60,
  faults: 10_000,
} as const;

const MINUTE_MS = 60_000;

/** The virtual milliseconds that a scenario lasts, a whole number. */
export function durationOf(scenario: Pick<Scenario, 'minutes'>): number {
  return Math.round(scenario.minutes * MINUTE_MS);
}
