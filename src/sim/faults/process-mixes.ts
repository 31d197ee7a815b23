import { LIMITS } from '../../node/core/limits.js';
import type { SchedulePlan } from './schedule-plan.js';

/** After a crash a node needs so long until it serves again; what strikes before is meant to strike a start. */
const START_MS = 2_000;

/** One node loses its power, and is back after a while. */
export function crashOne(plan: SchedulePlan, atMs: number): boolean {
  const up = plan.up(atMs);
  if (up.length === 0) return false;
  crash(plan, { node: plan.pick(up), atMs, lengthMs: [300, 30_000] });
  return true;
}

/** One node crashes, and again while it starts, up to three times. */
export function crashDuringStart(plan: SchedulePlan, atMs: number): boolean {
  const up = plan.up(atMs);
  if (up.length === 0) return false;
  const node = plan.pick(up);
  let nextMs = atMs;
  for (let left = plan.between(2, 4); left > 0 && nextMs < plan.endMs; left--) {
    const backMs = crash(plan, { node, atMs: nextMs, lengthMs: [500, 6_000] });
    nextMs = backMs + plan.between(0, 1_500);
  }
  return true;
}

/** Some nodes, more than one, lose their power within a moment; each is back after a while of its own. */
export function crashSeveral(plan: SchedulePlan, atMs: number): boolean {
  const up = plan.up(atMs);
  if (up.length < 2) return false;
  const apartMs = plan.pick([0, 0, 50, 2_000]);
  for (const node of plan.chance.shuffle(up).slice(0, plan.between(2, up.length))) {
    crash(plan, { node, atMs: plan.soon(atMs, apartMs), lengthMs: [500, 20_000] });
  }
  return true;
}

/** The power of all nodes fails at once. */
export function crashAll(plan: SchedulePlan, atMs: number): boolean {
  const up = plan.up(atMs);
  if (up.length < plan.nodes.length) return false;
  for (const node of up) crash(plan, { node, atMs, lengthMs: [1_000, 10_000] });
  return true;
}

/** One node is stopped in good order, and started again. */
export function restartOne(plan: SchedulePlan, atMs: number): boolean {
  const up = plan.up(atMs);
  const leftMs = plan.endMs - atMs - LIMITS.drainMs;
  if (up.length === 0 || leftMs <= 0) return false;
  const node = plan.pick(up);
  const forMs = Math.min(plan.between(200, 15_000), leftMs);
  plan.add(atMs, { kind: 'restart', node, forMs });
  plan.hold(`away ${node}`, atMs + LIMITS.drainMs + forMs + START_MS);
  return true;
}

/** A node stands still for longer than it takes to be suspected, and to be held for dead. */
export function pauseLong(plan: SchedulePlan, atMs: number): boolean {
  return pause(plan, { among: plan.up(atMs), atMs, lengthMs: [LIMITS.downAfterMs + 500, 20_000] });
}

/** A node stands still for a moment, as in a long garbage collection. */
export function pauseShort(plan: SchedulePlan, atMs: number): boolean {
  return pause(plan, { among: plan.up(atMs), atMs, lengthMs: [100, 3_000] });
}

/** A client stands still: its deadlines pass meanwhile, and the answers wait. */
export function pauseClient(plan: SchedulePlan, atMs: number): boolean {
  return pause(plan, { among: plan.clients, atMs, lengthMs: [500, 10_000] });
}

function pause(
  plan: SchedulePlan,
  {
    among,
    atMs,
    lengthMs,
  }: {
    readonly among: readonly string[];
    readonly atMs: number;
    readonly lengthMs: readonly [number, number];
  },
): boolean {
  const awake = among.filter((machine) => plan.free(`pause ${machine}`, atMs));
  if (awake.length === 0) return false;
  const machine = plan.pick(awake);
  const forMs = plan.span(atMs, lengthMs);
  plan.add(atMs, { kind: 'pause', machine, forMs });
  plan.hold(`pause ${machine}`, atMs + forMs);
  return true;
}

/** Gives the moment at which the node starts again. */
function crash(
  plan: SchedulePlan,
  {
    node,
    atMs,
    lengthMs,
  }: { readonly node: string; readonly atMs: number; readonly lengthMs: readonly [number, number] },
): number {
  const forMs = plan.span(atMs, lengthMs);
  plan.add(atMs, { kind: 'crash', node, forMs, underWay: plan.pick(['lost', 'kept']) });
  plan.hold(`away ${node}`, atMs + forMs + START_MS);
  return atMs + forMs;
}
