import type { ScheduledFault } from '../faults/fault.js';
import type { Intensity } from '../faults/random-schedule.js';
import type { Turns } from '../scheduler.js';

/** What is simulated; equal options give equal runs. */
export interface SimOptions {
  readonly seed: number;
  readonly nodes: number;
  readonly clients: number;
  /** Virtual minutes of workload. */
  readonly minutes: number;
  /** Drawn from the seed, or said. */
  readonly faults: Intensity | readonly ScheduledFault[];
  /** How long deletes are kept for those that are away; undefined leaves it to the seed. */
  readonly graceMs?: number | undefined;
  /** Whether nodes join and leave meanwhile. */
  readonly ringChanges?: boolean | undefined;
  /** A key whose copies are followed in the chronicle; following changes nothing else. */
  readonly follow?: string | undefined;
}

/** What a simulation needs of the real world. */
export interface SimHost {
  readonly turns: Turns;
  /** Promises that were rejected, and nobody cared, since the last call. */
  readonly takeDefects: () => readonly unknown[];
  /** Called now and then with the virtual time that has passed, of all that will. */
  readonly tell?: ((passedMs: number, ofMs: number) => Promise<void>) | undefined;
  /** True when nobody wants the rest: the simulation ends with what its turns throw. */
  readonly interrupted?: (() => boolean) | undefined;
}
