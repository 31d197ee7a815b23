import type { Scheduler } from '../scheduler.js';
import type { ClockWatch } from './clock-watch.js';
import type { HistoryEnd, HistoryOperation, HistoryResult, HistoryVersion } from './history.js';

/** What is known of an operation when it begins. */
export type Intent = Pick<
  HistoryOperation,
  'client' | 'kind' | 'key' | 'level' | 'value' | 'ttlMs'
>;

/** An operation that is being recorded. */
export interface OpenOperation extends Omit<HistoryOperation, 'stamped' | 'lastStamped' | 'end'> {
  stamped: HistoryVersion | undefined;
  lastStamped: HistoryVersion | undefined;
  end: HistoryEnd | undefined;
}

/** Writes down what all clients ask and are told, in one order. */
export class HistoryRecorder {
  readonly #operations: OpenOperation[] = [];
  readonly #scheduler: Scheduler;
  readonly #clocks: ClockWatch;
  readonly #graceMs: number;
  #at = 0;

  constructor(scheduler: Scheduler, clocks: ClockWatch, graceMs: number) {
    this.#scheduler = scheduler;
    this.#clocks = clocks;
    this.#graceMs = graceMs;
  }

  /** What was recorded so far, in the order of beginnings. */
  operations(): readonly HistoryOperation[] {
    return this.#operations;
  }

  begin(intent: Intent): OpenOperation {
    const operation: OpenOperation = {
      ...intent,
      id: this.#operations.length,
      stamped: undefined,
      lastStamped: undefined,
      startAt: this.#at++,
      startMs: this.#scheduler.nowMs(),
      lowestWallMs: this.#clocks.lowestMs(),
      end: undefined,
    };
    this.#operations.push(operation);
    return operation;
  }

  end(operation: OpenOperation, result: HistoryResult): void {
    operation.end = {
      at: this.#at++,
      ms: this.#scheduler.nowMs(),
      highestWallMs: this.#clocks.highestMs(),
      forgottenMs: this.#clocks.highestWallMs() - this.#graceMs,
      result,
    };
    const { trace } = this.#scheduler;
    trace.number(operation.id);
    trace.text(result.kind);
    if (result.kind === 'read') trace.text(result.value ?? '');
    else if (result.kind === 'written') trace.number(result.version.ms);
    else trace.text(result.code);
  }
}
