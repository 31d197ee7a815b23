import type { NodeAddresses, NodeDescriptor } from './core/metadata/cluster-metadata.js';
import type { NodeEnv } from './env/env.js';
import type { StorageOptions } from './env/storage.js';
import type { NodeIntent } from './open-directory.js';

/** What a node is made from. */
export interface NodeOptions {
  readonly env: NodeEnv;
  /** Undefined takes the name that the directory has; a new directory needs one. */
  readonly name: string | undefined;
  readonly location: Pick<NodeDescriptor, 'host' | 'rack' | 'dc'>;
  /** Where the listeners are bound, as others reach them. */
  readonly addresses: NodeAddresses;
  readonly vnodes: number;
  readonly intent: NodeIntent;
  /** A store that lost a part of itself is opened without it; else it is refused. */
  readonly acceptLoss?: boolean | undefined;
  readonly storage?: StorageOptions | undefined;
  /** In what time every range is repaired once. */
  readonly repairCycleMs?: number | undefined;
  /** In what time all records are read once, to find what is rotten. */
  readonly scrubCycleMs?: number | undefined;
  /** Free bytes of the disk below which no record is written. */
  readonly diskReserveBytes?: number | undefined;
  /** Client sessions that are open now. */
  readonly clientStreams?: (() => number) | undefined;
}
