/** Values that all nodes must agree on; they live in the metadata log and change by an epoch. */
export interface ClusterSettings {
  readonly valueBytesMax: number;
  /** Copies per data centre for a namespace that does not say. */
  readonly defaultReplicationFactor: number;
  /** A new stamp may run ahead of the coordinator's clock by at most this. */
  readonly clockSkewMaxMs: number;
  readonly clockSkewWarnMs: number;
  /** How long a hint is kept for a replica that is down. */
  readonly hintWindowMs: number;
  /** Bytes of hints that a node keeps for one other, and for all; beyond them the slots are marked for repair. */
  readonly hintTargetBytes: number;
  readonly hintTotalBytes: number;
  /** Least age of a tombstone before it may be purged. */
  readonly graceMs: number;
}

export const DEFAULT_SETTINGS: ClusterSettings = {
  valueBytesMax: 1024 * 1024,
  defaultReplicationFactor: 3,
  clockSkewMaxMs: 10_000,
  clockSkewWarnMs: 500,
  hintWindowMs: 3 * 3_600_000,
  hintTargetBytes: 1024 * 1024 * 1024,
  hintTotalBytes: 4 * 1024 * 1024 * 1024,
  graceMs: 10 * 24 * 3_600_000,
};
