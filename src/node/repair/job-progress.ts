import { cursorAfter } from '../core/repair/repair-cursor.js';
import type { RepairGroup } from '../core/repair/repair-groups.js';
import type { RepairJobRecord } from '../core/repair/repair-job-record.js';
import { plannedRepair } from '../core/repair/resume-repair.js';
import { scopeText } from '../core/repair/scope-text.js';
import type { RepairJobState, RepairJobView } from '../core/views/repair-views.js';
import type { Clock } from '../env/clock.js';
import type { GroupRepairEnd } from './group-repair.js';
import { NOTHING_DONE, sumOf, type RangeRepairResult } from './range-result.js';

/** What became of a group of ranges: `alone` has nothing to be compared with, and `empty` no data yet. */
export type GroupOutcome = GroupRepairEnd | 'empty' | 'failed';

/** How far a repair that was asked for is: what people are shown of it, and what is kept of it over restarts. */
export class JobProgress {
  readonly #clock: Clock;
  /** What it had when this run of the node took it up. */
  readonly #base: RepairJobRecord;
  readonly #startedMs: number;
  #record: RepairJobRecord;
  /** By the try that is under way. */
  #moving = NOTHING_DONE;
  #step = '';
  #at = '';
  /** Of the last range that failed. */
  #failure = '';
  #movedMs: number;
  #endedMs: number | undefined;

  constructor(clock: Clock, base: RepairJobRecord) {
    this.#clock = clock;
    this.#base = base;
    this.#record = base;
    this.#startedMs = clock.monotonicMs();
    this.#movedMs = this.#startedMs;
    if (base.state !== 'running') this.#endedMs = this.#startedMs;
  }

  get state(): RepairJobState {
    return this.#record.state;
  }

  get scope(): string {
    return scopeText(this.#record.scope);
  }

  /** What is kept of it: with it, a later run of the node goes on. */
  record(): RepairJobRecord {
    const { moves } = this.#record;
    return { ...this.#record, tookMs: this.#tookMs(), moves: sumOf(moves, this.#moving) };
  }

  view(node: string): Omit<RepairJobView, 'bytesPerSecond' | 'slowedBy'> {
    const { id, state, startedAtMs, restarts, resumedAtMs, ranges, counts, problem, away } =
      this.#record;
    return {
      id,
      node,
      scope: this.scope,
      state,
      startedAtMs,
      tookMs: this.#tookMs(),
      restarts,
      resumedAtMs,
      ranges,
      ...counts,
      ...sumOf(this.#record.moves, this.#moving),
      step: this.#step,
      at: this.#at,
      idleMs: state === 'running' ? this.#clock.monotonicMs() - this.#movedMs : 0,
      problem,
      away,
    };
  }

  /** It goes on with these groups. */
  planned(groups: readonly RepairGroup[]): void {
    this.#record = plannedRepair(this.#record, groups);
  }

  /** It is at these ranges now. */
  goTo(at: string): void {
    this.#at = at;
  }

  /** It begins a step: so it comes on. */
  stepTo(step: string): void {
    this.waitAt(step);
    this.#movedMs = this.#clock.monotonicMs();
  }

  /** It waits, and does not come on. */
  waitAt(step: string): void {
    // A cancelled one may still wait for an answer.
    if (this.state === 'running') this.#step = step;
  }

  /** What the try that is under way has done so far. */
  moving(soFar: RangeRepairResult): void {
    this.#moving = soFar;
    this.#cameOn();
  }

  /** The try has ended: what it moved stays counted, also when it failed. */
  tried(): void {
    this.#set({ moves: sumOf(this.#record.moves, this.#moving) });
    this.#moving = NOTHING_DONE;
  }

  lacks(node: string): void {
    const { away } = this.#record;
    if (!away.includes(node)) this.#set({ away: [...away, node].sort() });
  }

  /** Why it does not come on. */
  stuck(problem: string): void {
    this.#set({ problem });
  }

  /** It has gone over a group, the one with that place in its plan. */
  wentOver({ ranges }: RepairGroup, index: number, outcome: GroupOutcome): void {
    const { counts, cursor, problem } = this.#record;
    const isFailed = outcome === 'failed';
    const isCompared = typeof outcome === 'object';
    if (isFailed) this.#failure = problem;
    this.#set({
      counts: {
        done: counts.done + ranges,
        repaired: counts.repaired + (isCompared && outcome.differing > 0 ? ranges : 0),
        partial: counts.partial + (isCompared && !outcome.isWhole ? ranges : 0),
        failed: counts.failed + (isFailed ? ranges : 0),
      },
      cursor: cursorAfter(cursor, index, isCompared || outcome === 'alone'),
      problem: isCompared ? this.#failure : problem,
    });
    this.#cameOn();
  }

  /** It cannot go on. */
  interrupt(problem: string): void {
    this.stuck(problem);
    this.end('interrupted');
  }

  end(state: Exclude<RepairJobState, 'running'>): void {
    this.#endedMs = this.#clock.monotonicMs();
    this.#set({ state });
    this.rest();
  }

  /** It does nothing now. */
  rest(): void {
    this.#step = '';
    this.#at = '';
  }

  #cameOn(): void {
    this.#movedMs = this.#clock.monotonicMs();
    if (this.#record.idleRestarts > 0) this.#set({ idleRestarts: 0 });
  }

  #tookMs(): number {
    const untilMs = this.#endedMs ?? this.#clock.monotonicMs();
    return this.#base.tookMs + untilMs - this.#startedMs;
  }

  #set(change: Partial<RepairJobRecord>): void {
    this.#record = { ...this.#record, ...change };
  }
}
