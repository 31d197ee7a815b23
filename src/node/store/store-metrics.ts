import type { RottenReport } from '../core/views/damage-views.js';
import type { Metrics, Observer, Counter } from '../env/metrics.js';

/** What the store counts. */
export interface StoreMetrics {
  readonly batches: Counter;
  readonly mutations: Observer;
  readonly batchBytes: Observer;
  readonly syncSeconds: Observer;
  readonly corrupt: Counter;
}

const COUNTS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096];
const SIZES = [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304];
const SECONDS = [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

/** Registers the metrics of one shard. */
export function storeMetrics(
  metrics: Metrics,
  read: {
    readonly queueBytes: () => number;
    readonly sequence: () => number;
    readonly rotten: () => RottenReport;
  },
): StoreMetrics {
  metrics.gaugeFrom(
    { name: 'kv_store_queue_bytes', help: 'Bytes of mutations that wait for the writer loop.' },
    read.queueBytes,
  );
  metrics.gaugeFrom(
    { name: 'kv_store_sequence', help: 'Number of the last durable batch.' },
    read.sequence,
  );
  metrics.gaugeFrom(
    {
      name: 'kv_store_rotten_copies',
      help: 'Copies that did not match their checksum when they were met within the last day, each once.',
    },
    () => read.rotten().rotten,
  );
  metrics.gaugeFrom(
    {
      name: 'kv_store_unhealed_copies',
      help: 'Of these copies, those that are not healed yet.',
    },
    () => read.rotten().unhealed,
  );
  return {
    batches: metrics.counter({ name: 'kv_store_batches_total', help: 'Synced batches.' }),
    mutations: metrics.histogram(
      { name: 'kv_store_batch_mutations', help: 'Mutations decided in one batch.' },
      COUNTS,
    ),
    batchBytes: metrics.histogram(
      { name: 'kv_store_batch_bytes', help: 'Bytes of one batch.' },
      SIZES,
    ),
    syncSeconds: metrics.histogram(
      { name: 'kv_store_sync_seconds', help: 'Time to write and sync one batch.' },
      SECONDS,
    ),
    corrupt: metrics.counter({
      name: 'kv_store_corrupt_records_total',
      help: 'Copies that were met and did not match their checksum or could not be read.',
    }),
  };
}
