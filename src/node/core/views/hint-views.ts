/** What one node keeps for another that missed writes. */
export interface HintReport {
  /** Id of the node that missed them. */
  readonly target: string;
  readonly count: number;
  readonly bytes: number;
  readonly oldestAgeMs: number;
  /** How long the oldest is still kept. */
  readonly windowLeftMs: number;
  /** Bytes per second that are replayed now. */
  readonly bytesPerSecond: number;
  readonly state: 'waiting' | 'replaying' | 'paused';
}

/** What may be done with hints: a purge gives them up, and marks their slots for repair. */
export type HintsAction = 'pause' | 'resume' | 'replay' | 'purge';

/** What one node has done with its hints. */
export interface HintsDone {
  readonly node: string;
  /** Hints concerned: that are kept, or were purged. */
  readonly hints: number;
}
