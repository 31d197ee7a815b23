/** One thing that a plan changes; what it comes to is written down, so that nobody has to choose again. */
export type PlannedChange =
  | {
      readonly kind: 'join';
      readonly nodeId: string;
      /** Those that it owns in the ring after the plan. */
      readonly tokens: readonly number[];
      /** The dead member that it takes the place of, and whose tokens these are. */
      readonly replaces: string | undefined;
    }
  | {
      readonly kind: 'leave';
      readonly nodeId: string;
      /** Its copies come from others, for it will not answer any more. */
      readonly isDead: boolean;
      /** Whatever only it has, alone or with others that are dead, is given up: where too few owners are left, those that are left are enough. */
      readonly isForgotten?: boolean | undefined;
    }
  /** Vnodes that other members are to own, where they are. */
  | {
      readonly kind: 'rebalance';
      readonly moves: readonly { readonly token: number; readonly to: string }[];
    }
  | {
      readonly kind: 'replication';
      readonly namespace: number;
      /** Copies per data centre from then on. */
      readonly replication: Readonly<Record<string, number>>;
    };

/**
 * How far a plan is. `prepare`: nothing has changed yet; those that gain ranges remove what they may hold of them. `write-both`: writes need the
 * old owners and the new ones, reads ask the old ones, and the new ones are given the data. `read-new`: reads ask the new ones.
 */
export type PlanStep = 'prepare' | 'write-both' | 'read-new';

/** A change of the ring that is under way; there is one at most. */
export interface TopologyPlan {
  /** The epoch that began it. */
  readonly id: number;
  readonly step: PlanStep;
  /** The epoch that began the step: a node that has applied it does as the step says. */
  readonly stepEpoch: number;
  readonly changes: readonly PlannedChange[];
  /** Nothing is moved and no step is made until somebody resumes it. */
  readonly paused: boolean;
  /** The node it is paused for: one that is to join and is down. It goes on by itself when that is back. Absent when somebody has paused it. */
  readonly pausedFor?: string | undefined;
}
