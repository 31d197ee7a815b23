import type { TraceStep, TraceView } from '../core/views/trace-views.js';
import type { Clock } from '../env/clock.js';

/** What is known of a traced operation when it ends. */
export type TraceSummary = Omit<TraceView, 'steps' | 'tookMs'>;

/** Records what an operation did and when, for `--trace`; operations that are not traced have none. */
export class TraceRecorder {
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #steps: TraceStep[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startMs = clock.monotonicMs();
  }

  /** A step begins; the number names it for `end` and `annotate`. */
  begin(node: string, what: string): number {
    this.#steps.push({ node, what, startMs: this.#sinceStart(), tookMs: undefined, note: '' });
    return this.#steps.length - 1;
  }

  /** A step is over. */
  end(step: number, note: string): void {
    const begun = this.#steps[step]!;
    this.#steps[step] = { ...begun, tookMs: this.#sinceStart() - begun.startMs, note };
  }

  /** Something that took no time: a replica that was not asked, a new stamp. */
  note(node: string, what: string, note: string): void {
    this.#steps.push({ node, what, startMs: this.#sinceStart(), tookMs: undefined, note });
  }

  /** The whole, as far as it went. */
  finish(summary: TraceSummary): TraceView {
    return { ...summary, tookMs: this.#sinceStart(), steps: [...this.#steps] };
  }

  #sinceStart(): number {
    return this.#clock.monotonicMs() - this.#startMs;
  }
}
