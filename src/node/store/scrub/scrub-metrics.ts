import type { Counter, Metrics } from '../../env/metrics.js';

/** What the scrub counts. */
export interface ScrubMetrics {
  readonly records: Counter;
  readonly bytes: Counter;
  readonly rotten: Counter;
  readonly unreadable: Counter;
}

/** Registers the metrics of the scrub of one shard; `ageSeconds` says how long ago its last whole walk ended. */
export function scrubMetrics(metrics: Metrics, ageSeconds: () => number): ScrubMetrics {
  const counter = (name: string, help: string): Counter => metrics.counter({ name, help });
  metrics.gaugeFrom(
    {
      name: 'kv_store_scrub_age_seconds',
      help: 'Time since all records had been read once to find what is rotten, or -1 when they were not yet.',
    },
    ageSeconds,
  );
  return {
    records: counter('kv_store_scrubbed_records_total', 'Records read to find what is rotten.'),
    bytes: counter('kv_store_scrubbed_bytes_total', 'Bytes of these records.'),
    rotten: counter(
      'kv_store_scrub_rotten_total',
      'Copies that the scrub found not to match their checksum; they are healed from other replicas.',
    ),
    unreadable: counter(
      'kv_store_scrub_unreadable_total',
      'Parts of the store that the scrub could not read at all.',
    ),
  };
}
