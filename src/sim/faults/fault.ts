/** One thing that goes wrong. Nodes and clients are named as `n1`, `c1`; times are virtual milliseconds, shares in [0, 1]. */
export type Fault =
  /** As loss of power: what was not synced is lost, or the batch under way gets through (`kept`); it starts again after `forMs`. */
  | {
      readonly kind: 'crash';
      readonly node: string;
      readonly forMs: number;
      readonly underWay: 'lost' | 'kept';
    }
  /** A drained stop, and a start `forMs` later. */
  | { readonly kind: 'restart'; readonly node: string; readonly forMs: number }
  /** The event loop of a node, or of a client, stands still. */
  | { readonly kind: 'pause'; readonly machine: string; readonly forMs: number }
  /** Nothing passes between machines of different sides. `one-way`: from the first side to the second only is nothing heard. */
  | {
      readonly kind: 'partition';
      readonly sides: readonly (readonly string[])[];
      readonly direction: 'both' | 'one-way';
      readonly forMs: number;
    }
  /** What is sent over these directed links waits until the end, and then arrives. */
  | {
      readonly kind: 'clog';
      readonly links: readonly (readonly [from: string, to: string])[];
      readonly forMs: number;
    }
  /** The whole network gets worse: loss, duplicates, latency times a factor, bytes per ms on each link. */
  | {
      readonly kind: 'network';
      readonly loss: number;
      readonly duplicates: number;
      readonly latencyFactor: number;
      readonly bytesPerMs: number | undefined;
      readonly forMs: number;
    }
  /** The connections between two nodes break; what is under way on them is cut off. */
  | { readonly kind: 'reset'; readonly from: string; readonly to: string }
  | { readonly kind: 'clock-jump'; readonly machine: string; readonly byMs: number }
  /** From now on its clocks go faster, or slower, by so many parts per million. */
  | { readonly kind: 'clock-drift'; readonly machine: string; readonly partsPerMillion: number }
  | {
      readonly kind: 'disk-slow';
      readonly node: string;
      readonly stepMs: number;
      readonly forMs: number;
    }
  /** Writes fail from now on; the node is started again `forMs` later, with a disk that works. */
  | {
      readonly kind: 'disk-fail';
      readonly node: string;
      readonly how: 'write' | 'sync';
      readonly forMs: number;
    }
  /** Nothing more can be written, until space is made after `forMs`, and the node is started again. */
  | { readonly kind: 'disk-full'; readonly node: string; readonly forMs: number }
  /** A bit flips in one stored record. */
  | { readonly kind: 'rot'; readonly node: string }
  /** The node is stopped and started from an image of its disk taken `ageMs` before; the right disk comes back after `forMs`. */
  | {
      readonly kind: 'rollback';
      readonly node: string;
      readonly ageMs: number;
      readonly forMs: number;
    }
  /** A copy of the disk of a running node is started as another process for `forMs`; then both stop and the node starts again. */
  | { readonly kind: 'clone'; readonly node: string; readonly forMs: number };

/** A fault, and when it strikes. */
export interface ScheduledFault {
  readonly atMs: number;
  readonly fault: Fault;
}
