import type { SchedulePlan } from './schedule-plan.js';

/** How long after a damage is over another node may be damaged: the node must be back, and read repair at work. */
const HEAL_MS = 20_000;
/** The same for a rotten record, which only a read of its key heals. */
const ROT_HEAL_MS = 60_000;
/** A record older than this is lost with an old image, and the node has told its peers so much since. */
const LEAST_AGE_MS = 20_000;
/** Around the start of an impostor nothing stops, cuts or slows the machines that know it. */
const WITNESS_MS = 10_000;
const START_MS = 2_000;

/** Every step of one disk takes longer, now and then so long that the node seems dead. */
export function slowDisk(plan: SchedulePlan, atMs: number): boolean {
  const quick = plan.up(atMs).filter((node) => plan.free(`slow ${node}`, atMs));
  if (quick.length === 0) return false;
  const node = plan.pick(quick);
  const stepMs = plan.oneIn(5) ? plan.between(500, 2_500) : plan.between(2, 200);
  const forMs = plan.span(atMs, [3_000, 30_000]);
  plan.add(atMs, { kind: 'disk-slow', node, stepMs, forMs });
  plan.hold(`slow ${node}`, atMs + forMs);
  return true;
}

/** Writes to one disk fail; the node stops serving, and comes back with a disk that works. */
export function failDisk(plan: SchedulePlan, atMs: number): boolean {
  const hurt = damage(plan, { atMs, lengthMs: [3_000, 25_000] });
  if (hurt === undefined) return false;
  plan.add(atMs, { kind: 'disk-fail', ...hurt, how: plan.pick(['write', 'sync']) });
  return true;
}

/** One disk is nearly full for a while: its node takes no writes. */
export function fillDisk(plan: SchedulePlan, atMs: number): boolean {
  const hurt = damage(plan, { atMs, lengthMs: [3_000, 25_000] });
  if (hurt === undefined) return false;
  plan.add(atMs, { kind: 'disk-full', ...hurt });
  return true;
}

/** A bit flips in a record of the one node whose records rot in this run. */
export function rotRecord(plan: SchedulePlan, atMs: number): boolean {
  const node = plan.rotting;
  if (!plan.free('damage', atMs) || !plan.up(atMs).includes(node)) return false;
  plan.add(atMs, { kind: 'rot', node });
  plan.hold('damage', atMs + ROT_HEAL_MS);
  return true;
}

/** One node is started from an old image of its disk, as soon as the cluster is calm enough to know it. */
export function rollBack(plan: SchedulePlan, atMs: number): boolean {
  // Also from before deletes that are forgotten by now.
  const mostMs = plan.graceMs < Infinity ? 3 * plan.graceMs : 0;
  const ageMs = plan.between(LEAST_AGE_MS, Math.max(mostMs, 2 * LEAST_AGE_MS));
  const strikeMs = Math.max(atMs, plan.disturbedUntilMs() + WITNESS_MS);
  const hurt = damage(plan, { atMs: strikeMs, lengthMs: [3_000, 20_000], upForMs: ageMs });
  if (hurt === undefined) return false;
  plan.add(strikeMs, { kind: 'rollback', ...hurt, ageMs });
  plan.keepQuietUntil(strikeMs + WITNESS_MS);
  return true;
}

/** A copy of one node runs beside it, from a moment on at which the cluster is calm enough to tell the two apart. */
export function cloneNode(plan: SchedulePlan, atMs: number): boolean {
  const strikeMs = Math.max(atMs, plan.disturbedUntilMs() + WITNESS_MS);
  const hurt = damage(plan, { atMs: strikeMs, lengthMs: [3_000, 20_000], upForMs: WITNESS_MS });
  if (hurt === undefined) return false;
  plan.add(strikeMs, { kind: 'clone', ...hurt });
  plan.keepQuietUntil(strikeMs + WITNESS_MS);
  return true;
}

/** Chooses the one node whose data are damaged, for how long; undefined when none may be now. */
function damage(
  plan: SchedulePlan,
  {
    atMs,
    lengthMs,
    upForMs = 0,
  }: {
    readonly atMs: number;
    readonly lengthMs: readonly [number, number];
    readonly upForMs?: number;
  },
): { readonly node: string; readonly forMs: number } | undefined {
  const up = plan.up(atMs, upForMs);
  const begun = atMs - upForMs >= 0;
  if (!begun || up.length === 0 || atMs >= plan.endMs || !plan.free('damage', atMs))
    return undefined;
  const node = plan.pick(up);
  const forMs = plan.span(atMs, lengthMs);
  plan.hold('damage', atMs + forMs + HEAL_MS);
  plan.hold(`away ${node}`, atMs + forMs + START_MS);
  return { node, forMs };
}
