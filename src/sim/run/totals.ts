import type { Fault } from '../faults/fault.js';
import type { Forgotten } from './floor-watch.js';
import type { RingChanges } from './ring-operator.js';
import type { SimReport } from './report.js';

/** What many runs did together. */
export interface Totals {
  readonly seeds: number;
  /** Seeds with a violation. */
  readonly found: number;
  readonly virtualMs: number;
  readonly events: number;
  readonly operations: {
    readonly total: number;
    readonly acknowledged: number;
    readonly failed: number;
    readonly unknown: number;
  };
  readonly faults: Readonly<Partial<Record<Fault['kind'], number>>>;
  readonly buggified: Readonly<Record<string, number>>;
  readonly restarts: number;
  readonly messages: number;
  readonly linearized: {
    readonly keys: number;
    readonly operations: number;
    readonly undecided: number;
  };
  readonly ringChanges: RingChanges;
  readonly forgotten: Forgotten;
}

export const NO_TOTALS: Totals = {
  seeds: 0,
  found: 0,
  virtualMs: 0,
  events: 0,
  operations: { total: 0, acknowledged: 0, failed: 0, unknown: 0 },
  faults: {},
  buggified: {},
  restarts: 0,
  messages: 0,
  linearized: { keys: 0, operations: 0, undecided: 0 },
  ringChanges: {},
  forgotten: { rises: 0, purged: 0, dropped: 0, swept: 0, cleared: 0 },
};

/** The totals with one run more. */
export function withRun(totals: Totals, report: SimReport): Totals {
  return {
    seeds: totals.seeds + 1,
    found: totals.found + (report.violations.length > 0 ? 1 : 0),
    virtualMs: totals.virtualMs + report.virtualMs,
    events: totals.events + report.events,
    operations: summed(totals.operations, report.operations),
    faults: summed<Partial<Record<Fault['kind'], number>>>(totals.faults, report.faults),
    buggified: summed(totals.buggified, report.buggified),
    restarts: totals.restarts + report.restarts,
    messages: totals.messages + report.traffic.delivered,
    linearized: summed(totals.linearized, report.linearized),
    ringChanges: summed(totals.ringChanges, report.ringChanges),
    forgotten: summed({ ...totals.forgotten }, { ...report.forgotten }),
  };
}

/** Counters added name by name. */
function summed<T extends Readonly<Record<string, number | undefined>>>(a: T, b: T): T {
  const sums: Record<string, number> = {};
  for (const counters of [a, b])
    for (const [name, count] of Object.entries(counters))
      sums[name] = (sums[name] ?? 0) + (count ?? 0);
  // Both have the names of T, and the sums have the names of both.
  return sums as unknown as T;
}
