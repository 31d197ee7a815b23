import type { Mix } from './fault-mixes.js';
import type { SchedulePlan } from './schedule-plan.js';

/** Of the faults of a heavy schedule, one in so many is about what is forgotten. */
const ONE_IN = 5;
/** After a crash a node needs so long until it serves again. */
const START_MS = 2_000;

const MIXES: readonly Mix['strike'][] = [
  crashedLong,
  isolatedLong,
  unheardLong,
  lateMessages,
  clientBehind,
];

/** Now and then, where deletes are kept for a minute or less: something that lasts longer; false, and nothing added, when it cannot be now. */
export function strikeForgetting(plan: SchedulePlan, atMs: number): boolean {
  if (plan.graceMs === Infinity || !plan.oneIn(ONE_IN)) return false;
  return plan.pick(MIXES)(plan, atMs);
}

/** One node is down for longer than deletes are kept. */
function crashedLong(plan: SchedulePlan, atMs: number): boolean {
  const up = plan.up(atMs);
  const forMs = longSpan(plan, atMs);
  if (up.length === 0 || forMs === undefined) return false;
  const node = plan.pick(up);
  plan.add(atMs, { kind: 'crash', node, forMs, underWay: plan.pick(['lost', 'kept']) });
  plan.hold(`away ${node}`, atMs + forMs + START_MS);
  return true;
}

/** One node is cut off from the other nodes for longer than deletes are kept; clients may reach it. */
function isolatedLong(plan: SchedulePlan, atMs: number): boolean {
  return cutLong(plan, atMs, 'both');
}

/** One node hears the others, and is not heard, for longer than deletes are kept. */
function unheardLong(plan: SchedulePlan, atMs: number): boolean {
  return cutLong(plan, atMs, 'one-way');
}

/** What one node sends to another arrives when deletes of that time are forgotten. */
function lateMessages(plan: SchedulePlan, atMs: number): boolean {
  const forMs = longSpan(plan, atMs);
  const [from, to] = plan.chance.shuffle(plan.nodes);
  if (from === undefined || to === undefined || forMs === undefined) return false;
  plan.add(atMs, { kind: 'clog', links: [[from, to]], forMs });
  return true;
}

/** A client stamps its writes as if they were about as old as deletes that are forgotten. */
function clientBehind(plan: SchedulePlan, atMs: number): boolean {
  const right = plan.clients.filter((client) => plan.free(`clock ${client}`, atMs));
  if (right.length === 0) return false;
  const machine = plan.pick(right);
  const byMs = plan.graceMs + plan.between(-10_000, 20_000);
  const backMs = atMs + plan.span(atMs, [10_000, 60_000]);
  plan.add(atMs, { kind: 'clock-jump', machine, byMs: -byMs });
  plan.add(backMs, { kind: 'clock-jump', machine, byMs });
  plan.hold(`clock ${machine}`, backMs + 1);
  return true;
}

function cutLong(plan: SchedulePlan, atMs: number, direction: 'both' | 'one-way'): boolean {
  const forMs = longSpan(plan, atMs);
  if (plan.nodes.length < 2 || forMs === undefined || !plan.free('partition', atMs)) return false;
  const one = plan.pick(plan.nodes);
  const others = plan.nodes.filter((node) => node !== one);
  plan.add(atMs, { kind: 'partition', sides: [[one], others], direction, forMs });
  plan.hold('partition', atMs + forMs);
  return true;
}

/** Longer than deletes are kept, and then some; undefined when there is no time left for it. */
function longSpan(plan: SchedulePlan, atMs: number): number | undefined {
  const leastMs = Math.round(plan.graceMs * 1.2);
  const mostMs = Math.min(plan.graceMs * 3, plan.endMs - atMs);
  return mostMs < leastMs ? undefined : plan.between(leastMs, mostMs);
}
