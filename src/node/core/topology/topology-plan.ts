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
  /** `isDead`: its copies come from others, for it will not answer any more. */
  | { readonly kind: 'leave'; readonly nodeId: string; readonly isDead: boolean }
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
}
