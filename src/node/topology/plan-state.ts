import type { TopologyPlan } from '../core/topology/topology-plan.js';
import type { PlanReport } from '../core/views/plan-views.js';

/** What one node has done of one step of a plan; it is made anew for the next step, and after a start. */
export class PlanState {
  readonly plan: number;
  readonly stepEpoch: number;
  readonly #abort = new AbortController();
  /** Groups of ranges that are done, by what they consist of. */
  readonly #done = new Set<string>();
  isDone = false;
  ranges = 0;
  rangesDone = 0;
  movedBytes = 0;
  waitsFor = '';

  constructor({ id, stepEpoch }: TopologyPlan) {
    this.plan = id;
    this.stepEpoch = stepEpoch;
  }

  /** Comes when the step is over, or the plan waits. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  end(): void {
    this.#abort.abort();
  }

  isOf(plan: TopologyPlan | undefined): boolean {
    return plan?.id === this.plan && plan.stepEpoch === this.stepEpoch && !plan.paused;
  }

  has(group: string): boolean {
    return this.#done.has(group);
  }

  finish(group: string): void {
    this.#done.add(group);
  }

  report(): PlanReport {
    const { plan, stepEpoch, isDone, ranges, rangesDone, movedBytes, waitsFor } = this;
    return { plan, stepEpoch, isDone, ranges, rangesDone, movedBytes, waitsFor };
  }
}
