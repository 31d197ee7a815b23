import type { TopologyPlan } from '../core/topology/topology-plan.js';
import type { PlanReport } from '../core/views/plan-views.js';
import type { Metrics } from '../env/metrics.js';

/** What is told of the plan that runs when somebody looks. */
export interface PlanGauges {
  readonly plan: () => TopologyPlan | undefined;
  readonly report: () => PlanReport | undefined;
  /** For how long it has not come on, where this node drives it, in ms. */
  readonly stalledMs: () => number;
}

const STEPS = { prepare: 1, 'write-both': 2, 'read-new': 3 } as const;

/** Registers the metrics of plans that change the ring. */
export function topologyMetrics(metrics: Metrics, { plan, report, stalledMs }: PlanGauges): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    metrics.gaugeFrom({ name, help }, read);
  };
  gauge(
    'kv_plan_step',
    'Step of the plan that changes the ring: 1 prepare, 2 write-both, 3 read-new; 0 while none runs.',
    () => {
      const step = plan()?.step;
      return step === undefined ? 0 : STEPS[step];
    },
  );
  gauge('kv_plan_paused', '1 while the plan that changes the ring is paused.', () =>
    plan()?.paused === true ? 1 : 0,
  );
  gauge(
    'kv_plan_stalled_seconds',
    'For how long the plan that this node drives has not come on: no step, no range, no byte.',
    () => stalledMs() / 1000,
  );
  gauge(
    'kv_plan_streams',
    'Groups of ranges that are being moved for this node now.',
    () => report()?.streams.length ?? 0,
  );
  gauge(
    'kv_plan_ranges',
    'Ranges that this node has to see to in the step of the plan that runs.',
    () => report()?.ranges ?? 0,
  );
  gauge(
    'kv_plan_ranges_done',
    'Those of the ranges of kv_plan_ranges that are done.',
    () => report()?.rangesDone ?? 0,
  );
  gauge(
    'kv_plan_moved_bytes',
    'Bytes of records that were moved by this node for the step of the plan that runs.',
    () => report()?.movedBytes ?? 0,
  );
}
