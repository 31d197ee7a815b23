import type { Counter, Metrics } from '../../env/metrics.js';

/** Registers the metrics of what is removed because it is not this node's. */
export function leftoverMetrics(
  metrics: Metrics,
  left: () => number,
): { readonly removed: Counter } {
  metrics.gaugeFrom(
    {
      name: 'kv_store_leftover_ranges',
      help: 'Ranges of the ring that the node does not own and was last seen to hold records of.',
    },
    left,
  );
  return {
    removed: metrics.counter({
      name: 'kv_store_leftover_records_total',
      help: 'Records removed because the node does not own their range: it did once, or is about to.',
    }),
  };
}
