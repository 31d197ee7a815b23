import type { Random } from '../../node/env/random.js';
import type { ScheduledFault } from './fault.js';
import { MIXES } from './fault-mixes.js';
import { strikeForgetting } from './forgetting-mixes.js';
import { SchedulePlan } from './schedule-plan.js';

/** How much goes wrong in a random schedule. */
export type Intensity = 'none' | 'light' | 'heavy';

export interface RandomScheduleOptions {
  /** One number is drawn from it, whatever the schedule. */
  readonly random: Pick<Random, 'nextU32'>;
  readonly intensity: Intensity;
  readonly nodes: number;
  readonly clients: number;
  readonly durationMs: number;
  /** How long deletes are kept: where that is not long, heavy schedules have absences that are longer. */
  readonly graceMs?: number | undefined;
}

/** Nothing goes wrong for so long at the beginning. */
const CALM_START_MS = 10_000;
/** The same at the end, for runs that are long enough for it. */
const CALM_END_MS = 60_000;

const LONG_RUN_MS = 180_000;
/** Beyond this, no run is long enough to see deletes go. */
const SHORT_GRACE_MS = 60_000;
/** Mixes that are tried for one moment, when those drawn first cannot be just then. */
const TRIES = 8;

/**
 * A schedule that depends on the seed alone, and after which every promise of the store can be checked:
 *
 * - It begins and ends calm: nothing for 10 s; all faults are over 60 s before the end of a run of three minutes and
 *   more, after 60 % of a shorter one. What was cut off must find its way back before it is judged.
 * - Clocks are set right again, drift ends: they undo themselves, so that the end is calm for clocks too.
 * - Data of one node at most are damaged at a time (disk failing or full, an old image, a clone, a rotten record), and
 *   the next damage waits for 20 s, after rot for 60 s: of three copies two keep what they acknowledged. Meanwhile
 *   others may crash: that loses nothing that was acknowledged.
 * - Rot strikes one and the same node all the run: only a read heals it, so a second copy of a key that nobody reads
 *   must never rot as well.
 * - An old image is at least 20 s old, and its node has been up since then: it must have written, and told its peers
 *   how far it was. An old image and a clone start only after 10 s, and before 10 s, in which nothing stops or cuts a
 *   machine: what peers know of a node they know since their own start, so if all who know it were away, nobody could.
 * - Clocks of nodes are off by 4 s at most, below the bound of 10 s whatever a crash adds, but for one node in a run
 *   that is an hour ahead and must stop coordinating; clients by 2 s, or by 30 s, and are refused then.
 * - Where deletes are kept for a minute or less, one node is now and then away, or a message on its way, for longer than that.
 * - Only one partition, and one bad quality of the network, at a time: the parts of one are varied enough, and the end
 *   of one would end them all. A node that is down, or just starts, is not stopped again, but on purpose.
 */
export function randomSchedule(options: RandomScheduleOptions): readonly ScheduledFault[] {
  const { random, intensity, nodes, clients, durationMs, graceMs } = options;
  const seed = random.nextU32();
  if (intensity === 'none' || nodes === 0) return [];
  const forgets = graceMs !== undefined && graceMs <= SHORT_GRACE_MS;
  const endMs = faultsEndMs(durationMs);
  const plan = new SchedulePlan({
    seed,
    nodes,
    clients,
    graceMs: forgets ? graceMs : Infinity,
    endMs,
  });
  let atMs = CALM_START_MS + plan.between(0, 5_000);
  while (atMs < plan.endMs) {
    strike(plan, intensity, atMs);
    atMs =
      intensity === 'heavy'
        ? Math.max(atMs + plan.between(8_000, 15_000), plan.quietUntilMs())
        : Math.max(atMs, plan.lastEndMs()) + plan.between(15_000, 45_000);
  }
  return plan.schedule();
}

/** The moment at which all faults of a random schedule are over. */
export function faultsEndMs(durationMs: number): number {
  return durationMs >= LONG_RUN_MS ? durationMs - CALM_END_MS : Math.floor(durationMs * 0.6);
}

/** Lets the next mix strike, or another one when that cannot be now. */
function strike(plan: SchedulePlan, intensity: 'light' | 'heavy', atMs: number): void {
  if (intensity === 'heavy' && strikeForgetting(plan, atMs)) return;
  const total = MIXES.reduce((sum, mix) => sum + mix[intensity], 0);
  for (let left = TRIES; left > 0; left--) {
    let rest = plan.chance.int(total);
    const drawn = MIXES.find((mix) => (rest -= mix[intensity]) < 0);
    if (drawn?.strike(plan, atMs) === true) return;
  }
}
