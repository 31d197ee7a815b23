import type { PlanReport } from '../views/plan-views.js';

/** How far all nodes together are with the step of a plan that they are in. */
export interface PlanProgress {
  readonly ranges: number;
  readonly rangesDone: number;
  readonly movedBytes: number;
  /** Of the ranges, 0..1; undefined while nobody has said how many there are. */
  readonly share: number | undefined;
}

/** Adds up what nodes say of a plan; those that are in a step before count for nothing. */
export function planProgress(
  plan: number,
  reports: readonly (PlanReport | undefined)[],
): PlanProgress {
  const ofPlan = reports.flatMap((report) => (report?.plan === plan ? [report] : []));
  const stepEpoch = Math.max(...ofPlan.map((report) => report.stepEpoch));
  const ofStep = ofPlan.filter((report) => report.stepEpoch === stepEpoch);
  const sum = (of: (report: PlanReport) => number): number =>
    ofStep.reduce((total, report) => total + of(report), 0);
  const ranges = sum((report) => report.ranges);
  const rangesDone = sum((report) => report.rangesDone);
  const movedBytes = sum((report) => report.movedBytes);
  return { ranges, rangesDone, movedBytes, share: ranges === 0 ? undefined : rangesDone / ranges };
}
