import type { Outcome } from '../errors.js';

export interface TraceStep {
  readonly node: string;
  /** `route`, `full read`, `digest`, `write`, `repair`, `reply` ... */
  readonly what: string;
  readonly startMs: number;
  readonly tookMs: number | undefined;
  readonly note: string;
}

/** How one operation went, hop by hop, in ms since the coordinator received it. */
export interface TraceView {
  readonly operation: string;
  readonly coordinator: string;
  readonly coordinatorIsReplica: boolean;
  readonly level: string;
  readonly needed: number;
  readonly replicas: number;
  readonly tookMs: number;
  readonly outcome: 'ok' | Outcome;
  readonly readRepair: string;
  readonly steps: readonly TraceStep[];
}
