import { KvError } from '../../core/errors.js';
import type { StorageJobRequest, StorageJobView } from '../../core/views/storage-views.js';
import type { Clock } from '../../env/clock.js';

type JobState = { -readonly [K in keyof StorageJobView]: StorageJobView[K] };

/** What a job tells while it works. */
export interface JobProgress {
  /** Comes when it is to stop between two parts. */
  readonly signal: AbortSignal;
  /** What there is to do. */
  plan(parts: number, totalBytes: number): void;
  /** A part is done. */
  step(sizeBytes: number): void;
  /** What is to be said of it beside its progress. */
  note(facts: Partial<Pick<StorageJobView, 'beforeBytes' | 'afterBytes' | 'verdict'>>): void;
}

/** One piece of work on a store, from its start to its end; it can be stopped between its parts. */
export class StorageJob implements JobProgress {
  readonly #clock: Clock;
  readonly #abort = new AbortController();
  readonly #startMs: number;
  readonly #state: JobState;
  /** Resolves when it has ended; never rejects for what a store may fail with. */
  readonly ended: Promise<void>;

  constructor(
    { node, kind, range }: Pick<StorageJobView, 'node'> & Omit<StorageJobRequest, 'action'>,
    clock: Clock,
    work: (job: JobProgress) => Promise<void>,
  ) {
    this.#clock = clock;
    this.#startMs = clock.monotonicMs();
    const began = { state: 'running', beganAtMs: clock.wallMs() } as const;
    this.#state = { ...NO_JOB, node, kind, range, ...began };
    this.ended = this.#run(work);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get isRunning(): boolean {
    return this.#state.state === 'running';
  }

  view(): StorageJobView {
    const tookMs = this.isRunning ? this.#tookMs() : this.#state.tookMs;
    return { ...this.#state, tookMs };
  }

  stop(): void {
    this.#abort.abort();
  }

  plan(parts: number, totalBytes: number): void {
    this.#state.parts = parts;
    this.#state.totalBytes = totalBytes;
  }

  step(sizeBytes: number): void {
    this.#state.doneParts += 1;
    this.#state.doneBytes += sizeBytes;
  }

  note(facts: Parameters<JobProgress['note']>[0]): void {
    Object.assign(this.#state, facts);
  }

  async #run(work: (job: JobProgress) => Promise<void>): Promise<void> {
    try {
      await work(this);
      this.#state.state =
        this.signal.aborted && this.#state.doneParts < this.#state.parts ? 'stopped' : 'done';
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      this.#state.state = this.signal.aborted ? 'stopped' : 'failed';
      this.#state.reason = error.message;
    } finally {
      this.#state.tookMs = this.#tookMs();
    }
  }

  #tookMs(): number {
    return this.#clock.monotonicMs() - this.#startMs;
  }
}

/** What is said of a job that there was not. */
export const NO_JOB: Omit<StorageJobView, 'node' | 'kind'> = {
  state: 'none',
  range: undefined,
  beganAtMs: 0,
  tookMs: 0,
  totalBytes: 0,
  doneBytes: 0,
  parts: 0,
  doneParts: 0,
  beforeBytes: 0,
  afterBytes: 0,
  reason: '',
  verdict: undefined,
};
