import type { ClusterMetadata, LogRecovery } from './cluster-metadata.js';

/** What a node says of the past of its log: how far it is, and the recoveries in it, the newest at the end. */
export interface LogHistory {
  readonly epoch: number;
  readonly recoveries: readonly LogRecovery[];
}

export function historyOf({ epoch, recoveries = [] }: ClusterMetadata): LogHistory {
  return { epoch, recoveries };
}

/**
 * Whether two logs are different histories of one cluster: one does not know of a recovery of the other, and is as far as that or further, so what it has
 * decided since is something else. One that is not as far yet only has to learn.
 */
export function areForked(a: LogHistory, b: LogHistory): boolean {
  return lacks(a, b) || lacks(b, a);
}

function lacks(one: LogHistory, other: LogHistory): boolean {
  const missed = other.recoveries.find(
    ({ id }) => !one.recoveries.some((known) => known.id === id),
  );
  return missed !== undefined && one.epoch >= missed.epoch;
}
