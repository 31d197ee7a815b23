import type { Fault, ScheduledFault } from '../faults/fault.js';
import type { Traffic } from '../network.js';
import type { HistoryOperation, Violation } from '../workload/history.js';
import type { ChronicleLine } from './chronicle.js';
import type { Forgotten } from './floor-watch.js';
import type { RingChanges } from './ring-operator.js';

/** What one run of the simulator did, and found. */
export interface SimReport {
  readonly seed: number;
  readonly nodes: number;
  readonly clients: number;
  /** Virtual time of the workload. */
  readonly minutes: number;
  /** How long deletes were kept for those that are away. */
  readonly graceMs: number;
  /** Virtual time of the whole run. */
  readonly virtualMs: number;
  /** Events of the virtual clock. */
  readonly events: number;
  /** Hash of all that happened. */
  readonly traceHash: string;
  readonly operations: {
    readonly total: number;
    readonly acknowledged: number;
    readonly failed: number;
    readonly unknown: number;
  };
  /** Faults that struck, by kind. */
  readonly faults: Readonly<Partial<Record<Fault['kind'], number>>>;
  readonly schedule: readonly ScheduledFault[];
  /** How often each unlikely branch was taken. */
  readonly buggified: Readonly<Record<string, number>>;
  readonly traffic: Traffic;
  /** Starts of nodes after the first. */
  readonly restarts: number;
  readonly epochs: number;
  /** What the checker of linearizability went through. */
  readonly linearized: {
    readonly keys: number;
    readonly operations: number;
    readonly undecided: number;
  };
  /** What was ordered about the ring, by kind. */
  readonly ringChanges: RingChanges;
  /** What the nodes have forgotten for good. */
  readonly forgotten: Forgotten;
  readonly violations: readonly Violation[];
  readonly history: readonly HistoryOperation[];
  readonly chronicle: readonly ChronicleLine[];
}
