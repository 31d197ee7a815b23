import type { Counter, Metrics } from '../../env/metrics.js';

/** What the sweeper counts. */
export interface SweepMetrics {
  readonly swept: Counter;
  readonly sweptBytes: Counter;
  readonly stale: Counter;
  readonly failures: Counter;
  /** How long the oldest expired value that is still there has been due, in seconds. */
  readonly lag: { set(value: number): void };
}

/** Registers the metrics of the sweeper of one shard. */
export function sweepMetrics(metrics: Metrics): SweepMetrics {
  return {
    swept: metrics.counter({
      name: 'kv_store_swept_total',
      help: 'Expired copies whose value was dropped.',
    }),
    sweptBytes: metrics.counter({
      name: 'kv_store_swept_bytes_total',
      help: 'Bytes of the expired values that were dropped.',
    }),
    stale: metrics.counter({
      name: 'kv_store_stale_index_entries_total',
      help: 'Entries of the index by expiry that belonged to no copy and were removed.',
    }),
    failures: metrics.counter({
      name: 'kv_store_sweep_failures_total',
      help: 'Walks over the expired copies that ended with an error; they begin again.',
    }),
    lag: metrics.gauge({
      name: 'kv_store_expiry_lag_seconds',
      help: 'How long the oldest expired value that is still kept could have been dropped.',
    }),
  };
}
