import { KvError } from '../../core/errors.js';
import { LIMITS } from '../../core/limits.js';
import type {
  StorageJobKind,
  StorageJobRequest,
  StorageJobView,
} from '../../core/views/storage-views.js';
import type { NodeEnv } from '../../env/env.js';
import type { Counter } from '../../env/metrics.js';
import type { EventSink } from '../../services.js';
import type { StoreEngine } from '../store.js';
import { compact, flush } from './compaction.js';
import { NO_JOB, StorageJob, type JobProgress } from './storage-job.js';
import { verify, type VerifiedGrid } from './verification.js';

export interface StorageJobsParts {
  readonly env: Pick<NodeEnv, 'clock' | 'metrics'>;
  readonly node: string;
  readonly engine: StoreEngine;
  readonly grid: VerifiedGrid;
  readonly events: EventSink;
  /** Ids of the namespaces that there are now. */
  readonly namespaces: () => readonly number[];
}

const KINDS: readonly StorageJobKind[] = ['flush', 'compact', 'verify'];

/** Does the upkeep of the store that an operator asks for, one job of each kind at a time, and remembers how the last one ended. */
export class StorageJobs {
  readonly #parts: StorageJobsParts;
  readonly #jobs = new Map<StorageJobKind, StorageJob>();
  readonly #compactedBytes: Counter;
  readonly #differing: Counter;
  /** When it was last asked how the verification is. */
  #askedMs = 0;

  constructor(parts: StorageJobsParts) {
    const { metrics } = parts.env;
    this.#parts = parts;
    this.#compactedBytes = metrics.counter({
      name: 'kv_store_compacted_bytes_total',
      help: 'Bytes of tables that were written anew because an operator asked for it.',
    });
    this.#differing = metrics.counter({
      name: 'kv_store_verify_differing_slots_total',
      help: 'Slots whose hash in the grid was not that of their records when an operator had them compared.',
    });
    for (const kind of KINDS)
      metrics.gaugeFrom(
        {
          name: `kv_store_${kind}_running`,
          help: `1 while ${WORDS[kind]} that an operator asked for is under way.`,
        },
        () => Number(this.#jobs.get(kind)?.isRunning ?? false),
      );
  }

  /** Starts a job, unless one of its kind runs, stops it, or just says how it is. */
  handle(request: StorageJobRequest): StorageJobView {
    const { kind, action } = request;
    if (kind === 'verify') this.#askedMs = this.#parts.env.clock.monotonicMs();
    const running = this.#jobs.get(kind);
    if (action === 'start' && running?.isRunning !== true) this.#start(request);
    if (action === 'stop') running?.stop();
    return this.#jobs.get(kind)?.view() ?? { ...NO_JOB, node: this.#parts.node, kind };
  }

  /** Those that there were since the start. */
  list(): readonly StorageJobView[] {
    return KINDS.flatMap((kind) => this.#jobs.get(kind)?.view() ?? []);
  }

  /** Stops what runs; resolves when it has ended. */
  async stop(): Promise<void> {
    for (const job of this.#jobs.values()) job.stop();
    await Promise.all([...this.#jobs.values()].map(({ ended }) => ended));
  }

  #start({ kind, range }: StorageJobRequest): void {
    const { env, node } = this.#parts;
    const job = new StorageJob({ node, kind, range }, env.clock, (progress) =>
      this.#work({ kind, range }, progress),
    );
    this.#jobs.set(kind, job);
    this.#tell('info', `${WORDS[kind]} of the store has begun`);
    void job.ended.then(() => {
      this.#count(job.view());
    });
  }

  async #work(
    { kind, range }: Pick<StorageJobRequest, 'kind' | 'range'>,
    progress: JobProgress,
  ): Promise<void> {
    const { engine, env, grid } = this.#parts;
    const { clock } = env;
    const scope = { namespaces: this.#parts.namespaces(), range };
    if (kind === 'flush') await flush(engine, progress);
    else if (kind === 'compact') await compact({ engine, clock }, scope, progress);
    else {
      const checkpoint = (): void => {
        if (clock.monotonicMs() - this.#askedMs < LIMITS.verifyLeaseMs) return;
        throw new KvError('KV_NOT_READY', 'nobody asks for the result any more');
      };
      await verify({ engine, grid, checkpoint }, scope, progress);
    }
  }

  #count({ kind, state, reason, doneBytes, verdict }: StorageJobView): void {
    if (kind === 'compact') this.#compactedBytes.inc(doneBytes);
    this.#differing.inc(verdict?.differing ?? 0);
    const differs = (verdict?.differing ?? 0) > 0;
    const found = differs
      ? `: the hashes of ${verdict?.differing ?? 0} slots are not those of their records, and are computed again`
      : '';
    const ended = state === 'failed' ? `failed: ${reason}` : `is ${state}`;
    const severity = differs ? 'bad' : state === 'failed' ? 'warn' : 'info';
    this.#tell(severity, `${WORDS[kind]} of the store ${ended}${found}`);
  }

  #tell(severity: 'info' | 'warn' | 'bad', message: string): void {
    this.#parts.events.emit({ kind: 'store', severity, message });
  }
}

const WORDS: Readonly<Record<StorageJobKind, string>> = {
  flush: 'a flush',
  compact: 'a compaction',
  verify: 'a verification',
};
