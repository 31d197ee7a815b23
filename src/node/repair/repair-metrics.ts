import { LIMITS } from '../core/limits.js';
import type { RepairReport } from '../core/views/repair-views.js';
import type { Counter, Metrics } from '../env/metrics.js';
import type { PaceOfNode } from './repair-pace.js';

/** What is counted of repairs that this node drives. */
export interface RepairMetrics {
  readonly ranges: Counter;
  readonly failures: Counter;
  readonly sent: Counter;
  readonly sentBytes: Counter;
  readonly dropped: Counter;
}

/** What is told of repairs when somebody looks. */
export interface RepairGauges {
  readonly report: () => RepairReport;
  /** The node that is given records most slowly. */
  readonly slowest: () => PaceOfNode | undefined;
}

/** Registers the metrics of repairs. */
export function repairMetrics(metrics: Metrics, { report, slowest }: RepairGauges): RepairMetrics {
  const counter = (name: string, help: string): Counter => metrics.counter({ name, help });
  metrics.gaugeFrom(
    {
      name: 'kv_node_repair_oldest_seconds',
      help: 'Time since all owners of a range were last made equal, of the range of this node for which that is the longest; durable.',
    },
    () => (report().repairOldestAgeMs ?? 0) / 1000,
  );
  metrics.gaugeFrom(
    {
      name: 'kv_node_recovering_ranges',
      help: 'Ranges of which this node has lost a part, and that were not equal on all owners since; durable.',
    },
    () => {
      const { recovery } = report();
      return recovery === undefined ? 0 : recovery.ranges - recovery.back;
    },
  );
  metrics.gaugeFrom(
    {
      name: 'kv_node_repair_bytes_per_second',
      help: 'Rate at which repairs that this node drives may move records to the node that takes least: it falls while a node is busy.',
    },
    () => slowest()?.bytesPerSecond ?? LIMITS.repairBytesPerSecond,
  );
  return {
    ranges: counter(
      'kv_node_repair_ranges_total',
      'Groups of ranges that were compared, and made equal.',
    ),
    failures: counter(
      'kv_node_repair_failures_total',
      'Repairs that ended early; they are tried again.',
    ),
    sent: counter(
      'kv_node_repair_sent_records_total',
      'Records that repairs brought to replicas that lacked them.',
    ),
    sentBytes: counter('kv_node_repair_sent_bytes_total', 'Bytes of these records.'),
    dropped: counter(
      'kv_node_repair_dropped_records_total',
      'Copies that were found dead, and removed.',
    ),
  };
}
