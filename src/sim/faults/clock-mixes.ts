import type { SchedulePlan } from './schedule-plan.js';

/**
 * How far a node's clock is set wrong while the node must go on serving: with the reserve of 4 s by which its stamps
 * may run ahead after a crash, and the step of another node, it stays below the bound of 10 s.
 */
const NODE_STEP_MS = 4_000;
const HOUR_MS = 3_600_000;
const CLIENT_STEP_MS = 2_000;
/** Beyond the bound: writes with such stamps must be refused. */
const CLIENT_FAR_MS = 30_000;
const DRIFT_PPM = 500;

/** A node's clock is wrong for a while, by no more than it may serve with. */
export function nodeClockOff(plan: SchedulePlan, atMs: number): boolean {
  return step(plan, { among: plan.nodes, atMs, byMs: eitherWay(plan, [50, NODE_STEP_MS]) });
}

/** The clock of one node, the only one in a run, is an hour ahead: it must stop coordinating. */
export function nodeClockHourAhead(plan: SchedulePlan, atMs: number): boolean {
  if (!plan.free('hour', atMs)) return false;
  if (!step(plan, { among: plan.nodes, atMs, byMs: HOUR_MS })) return false;
  plan.hold('hour', plan.endMs);
  return true;
}

/** A client stamps its writes up to two seconds ahead, or behind. */
export function clientClockOff(plan: SchedulePlan, atMs: number): boolean {
  return step(plan, { among: plan.clients, atMs, byMs: eitherWay(plan, [20, CLIENT_STEP_MS]) });
}

/** A client's clock is off by more than the cluster takes stamps from. */
export function clientClockFarOff(plan: SchedulePlan, atMs: number): boolean {
  return step(plan, {
    among: plan.clients,
    atMs,
    byMs: eitherWay(plan, [CLIENT_FAR_MS, CLIENT_FAR_MS]),
  });
}

/** The clocks of a node or a client run too fast, or too slow, for a while. */
export function clockDrifts(plan: SchedulePlan, atMs: number): boolean {
  const machines = [...plan.nodes, ...plan.clients];
  const steady = machines.filter((machine) => plan.free(`drift ${machine}`, atMs));
  if (steady.length === 0) return false;
  const machine = plan.pick(steady);
  const endMs = atMs + plan.span(atMs, [30_000, 300_000]);
  const partsPerMillion = eitherWay(plan, [50, DRIFT_PPM]);
  plan.add(atMs, { kind: 'clock-drift', machine, partsPerMillion });
  plan.add(endMs, { kind: 'clock-drift', machine, partsPerMillion: 0 });
  plan.hold(`drift ${machine}`, endMs + 1);
  return true;
}

/** Steps a clock now, and steps it back later: one step of a machine at a time. */
function step(
  plan: SchedulePlan,
  {
    among,
    atMs,
    byMs,
  }: { readonly among: readonly string[]; readonly atMs: number; readonly byMs: number },
): boolean {
  const right = among.filter((machine) => plan.free(`clock ${machine}`, atMs));
  if (right.length === 0) return false;
  const machine = plan.pick(right);
  const backMs = atMs + plan.span(atMs, [3_000, 60_000]);
  plan.add(atMs, { kind: 'clock-jump', machine, byMs });
  plan.add(backMs, { kind: 'clock-jump', machine, byMs: -byMs });
  plan.hold(`clock ${machine}`, backMs + 1);
  return true;
}

function eitherWay(
  plan: SchedulePlan,
  [least, most]: readonly [least: number, most: number],
): number {
  const size = plan.between(least, most);
  return plan.oneIn(2) ? size : -size;
}
