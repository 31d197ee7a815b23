import type { TopologyPlan } from '../core/topology/topology-plan.js';
import type { PlanReport, PlanStream } from '../core/views/plan-views.js';

/** What one node has done of one step of a plan; it is made anew for the next step, and after a start. */
export class PlanState {
  readonly plan: number;
  readonly stepEpoch: number;
  readonly #abort = new AbortController();
  /** Groups of ranges that are done, by what they consist of. */
  readonly #done: Set<string>;
  isDone = false;
  ranges: number;
  rangesDone: number;
  movedBytes: number;
  waitsFor = '';
  /** What is being moved now, and since when, on the monotonic clock. */
  readonly #streams = new Map<string, Omit<PlanStream, 'forMs'> & { readonly sinceMs: number }>();

  /** What was done of the step before the plan was paused is done: writes went to all owners meanwhile. */
  constructor({ id, stepEpoch }: TopologyPlan, before: PlanState | undefined) {
    this.plan = id;
    this.stepEpoch = stepEpoch;
    const known = before?.plan === id && before.stepEpoch === stepEpoch ? before : undefined;
    this.#done = new Set(known === undefined ? [] : known.#done);
    this.movedBytes = known?.movedBytes ?? 0;
    this.ranges = known?.ranges ?? 0;
    this.rangesDone = known?.rangesDone ?? 0;
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

  /** Notes what is being moved of a group, or, with undefined, that it is not any more. */
  stream(
    group: string,
    stream: (Omit<PlanStream, 'forMs'> & { readonly sinceMs: number }) | undefined,
  ): void {
    if (stream === undefined) this.#streams.delete(group);
    else this.#streams.set(group, stream);
  }

  report(nowMs: number): PlanReport {
    const { plan, stepEpoch, isDone, ranges, rangesDone, movedBytes, waitsFor } = this;
    const streams = [...this.#streams.values()].map(({ sinceMs, ...stream }): PlanStream => ({
      ...stream,
      forMs: nowMs - sinceMs,
    }));
    return { plan, stepEpoch, isDone, ranges, rangesDone, movedBytes, waitsFor, streams };
  }
}
