/** What may be done from here with what runs. */
export type JobAct = PlanAct | RepairAct;

export interface PlanAct {
  readonly of: 'plan';
  readonly action: 'pause' | 'resume' | 'cancel';
  readonly plan: number;
  /** What comes of it, in one line. */
  readonly told: string;
}

export interface RepairAct {
  readonly of: 'repair';
  readonly action: 'cancel';
  readonly job: string;
  /** Name of the node that drives it. */
  readonly node: string;
  readonly told: string;
}
