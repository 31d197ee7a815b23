import type { Counter, Metrics } from '../env/metrics.js';

/** What is counted of hints. */
export interface HintMetrics {
  readonly kept: Counter;
  readonly delivered: Counter;
  readonly expired: Counter;
  readonly refused: Counter;
}

/** What the gauges of hints show. */
export interface HintGauges {
  readonly count: () => number;
  readonly bytes: () => number;
  readonly oldestSeconds: () => number;
  readonly marks: () => number;
}

/** Registers the metrics of hints. */
export function hintMetrics(metrics: Metrics, gauges: HintGauges): HintMetrics {
  const gauge = (name: string, help: string, read: () => number): void => {
    metrics.gaugeFrom({ name, help }, read);
  };
  const counter = (name: string, help: string): Counter => metrics.counter({ name, help });
  gauge(
    'kv_node_hints',
    'Hints that this node keeps for replicas that missed writes.',
    gauges.count,
  );
  gauge('kv_node_hints_bytes', 'Bytes of the hints that this node keeps.', gauges.bytes);
  gauge(
    'kv_node_hints_oldest_seconds',
    'Age of the oldest hint that this node keeps; 0 when it keeps none.',
    gauges.oldestSeconds,
  );
  gauge(
    'kv_node_repair_marked_slots',
    'Slots of the ring that need a repair, because hints for them could not be kept to their end.',
    gauges.marks,
  );
  return {
    kept: counter('kv_node_hints_kept_total', 'Hints that were kept.'),
    delivered: counter(
      'kv_node_hints_delivered_total',
      'Hints that all owners concerned have acknowledged.',
    ),
    expired: counter(
      'kv_node_hints_expired_total',
      'Hints that were given up, as their window was over or their bytes were damaged; their slots are marked for repair.',
    ),
    refused: counter(
      'kv_node_hints_refused_total',
      'Hints that were not kept, because a bound was reached; their slots are marked for repair.',
    ),
  };
}
