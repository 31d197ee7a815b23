import * as clock from './clock-mixes.js';
import * as disk from './disk-mixes.js';
import * as network from './network-mixes.js';
import * as processes from './process-mixes.js';
import type { SchedulePlan } from './schedule-plan.js';

/** One thing that a random schedule may do next. */
export interface Mix {
  /** How often it is chosen, against the others, in a light and in a heavy schedule. */
  readonly light: number;
  readonly heavy: number;
  /** Adds it to the plan, at that moment or soon after; false, and nothing added, when it cannot be now. */
  readonly strike: (plan: SchedulePlan, atMs: number) => boolean;
}

/** Everything that random schedules are made of; the place to tune how often what happens. */
export const MIXES: readonly Mix[] = [
  { light: 3, heavy: 8, strike: processes.crashOne },
  { light: 0, heavy: 3, strike: processes.crashDuringStart },
  { light: 0, heavy: 3, strike: processes.crashSeveral },
  { light: 0, heavy: 1, strike: processes.crashAll },
  { light: 3, heavy: 4, strike: processes.restartOne },
  { light: 0, heavy: 4, strike: processes.pauseLong },
  { light: 2, heavy: 3, strike: processes.pauseShort },
  { light: 0, heavy: 2, strike: processes.pauseClient },

  { light: 0, heavy: 6, strike: network.badNetwork },
  { light: 3, heavy: 0, strike: network.slightLoss },
  { light: 0, heavy: 5, strike: network.splitNodes },
  { light: 0, heavy: 4, strike: network.isolateOne },
  { light: 0, heavy: 4, strike: network.cutOneWay },
  { light: 0, heavy: 2, strike: network.bridgeNodes },
  { light: 0, heavy: 3, strike: network.flapOne },
  { light: 0, heavy: 3, strike: network.swizzle },
  { light: 0, heavy: 3, strike: network.clogLinks },
  { light: 0, heavy: 3, strike: network.resetLinks },

  { light: 0, heavy: 3, strike: clock.nodeClockOff },
  { light: 0, heavy: 1, strike: clock.nodeClockHourAhead },
  { light: 0, heavy: 3, strike: clock.clientClockOff },
  { light: 0, heavy: 1, strike: clock.clientClockFarOff },
  { light: 0, heavy: 2, strike: clock.clockDrifts },

  { light: 0, heavy: 4, strike: disk.slowDisk },
  { light: 0, heavy: 2, strike: disk.failDisk },
  { light: 0, heavy: 2, strike: disk.fillDisk },
  { light: 0, heavy: 2, strike: disk.rotRecord },
  { light: 0, heavy: 2, strike: disk.rollBack },
  { light: 0, heavy: 2, strike: disk.cloneNode },
];
