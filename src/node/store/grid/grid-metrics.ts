import type { Metrics } from '../../env/metrics.js';
import type { GridPages } from './grid-pages.js';

/** Registers the metrics of the grid of one shard. */
export function gridMetrics(metrics: Metrics, pages: GridPages, recoverySeconds: number): void {
  const gauges: readonly (readonly [string, string, () => number])[] = [
    [
      'kv_store_grid_cache_bytes',
      'Bytes of hash grid pages in memory, of all namespaces.',
      () => pages.cache.sizeBytes,
    ],
    [
      'kv_store_grid_dirty_pages',
      'Pages of the hash grid with changes that the pages on the disk lack.',
      () => pages.cache.dirtyPages,
    ],
    [
      'kv_store_grid_deltas',
      'Batches whose changes of the hash grid a start would have to replay.',
      () => pages.log.count,
    ],
    [
      'kv_store_grid_delta_bytes',
      'Bytes of changes of the hash grid that a start would have to replay.',
      () => pages.log.sizeBytes,
    ],
    [
      'kv_store_grid_unknown_pages',
      'Pages of the hash grid that must be computed from their records again.',
      () => pages.unknownPages,
    ],
    [
      'kv_store_grid_complete',
      'Whether the hash grid has been built: 1, or 0 while it is under way.',
      () => (pages.next === Infinity ? 1 : 0),
    ],
    [
      'kv_store_grid_recovery_seconds',
      'Time that the start took to recover the hash grid.',
      () => recoverySeconds,
    ],
  ];
  for (const [name, help, read] of gauges) metrics.gaugeFrom({ name, help }, read);
}
