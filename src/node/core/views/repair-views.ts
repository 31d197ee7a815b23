/** How far the repairs that run by themselves are, as one node says it of the ranges that it owns. */
export interface RepairReport {
  /** How long ago the owners of a range were last equal, of the range of which that is longest ago; undefined while nothing is to be repaired. */
  readonly repairOldestAgeMs: number | undefined;
  /** In what time each range is to be repaired once. */
  readonly repairCycleMs: number;
  /** Undefined unless a loss of its store was accepted, and not all of it is back. */
  readonly recovery: RecoveryReport | undefined;
}

/** How far a node is that has lost a part of its store: until all ranges are back, a quorum read may miss what it has acknowledged. */
export interface RecoveryReport {
  /** How long ago the loss was accepted. */
  readonly forMs: number;
  /** Ranges that other nodes hold copies of, and those of them that were equal on all owners since. */
  readonly ranges: number;
  readonly back: number;
  /** Ranges that no other node holds a copy of, and the namespaces that they are in: what is lost of them is lost for good. */
  readonly alone: number;
  readonly aloneIn: readonly string[];
}

/** What is to be repaired: all that is named must hold; nothing named is every range of the cluster. */
export interface RepairScope {
  /** Name or id of an owner. */
  readonly node?: string | undefined;
  /** Tokens from `start` to below `end`; it wraps when `end` is not above `start`. */
  readonly range?: { readonly start: number; readonly end: number } | undefined;
  readonly key?: Uint8Array | undefined;
  /** Name of a namespace. */
  readonly namespace?: string | undefined;
}

/** What a repair would go over. */
export interface RepairPlanView {
  /** Ranges of the ring, and slots in them. */
  readonly ranges: number;
  readonly slots: number;
  /** Ranges of which an owner is away: they are repaired between the others, and stay to be repaired. */
  readonly partial: number;
  /** Ranges that cannot be compared, and fail: none of their owners is alive, or only one of several. */
  readonly blocked: number;
  /** The owners, by the ranges of them that are concerned. */
  readonly owners: readonly RepairOwnerView[];
  /** Bytes per second that a repair moves at most. */
  readonly bytesPerSecond: number;
}

interface RepairOwnerView {
  readonly node: string;
  readonly ranges: number;
  /** False for one that is away. */
  readonly alive: boolean;
}

/** `interrupted` is one that could not go on after a restart of the node that drives it. */
export const REPAIR_JOB_STATES = ['running', 'done', 'failed', 'cancelled', 'interrupted'] as const;

export type RepairJobState = (typeof REPAIR_JOB_STATES)[number];

/** A repair that somebody asked for, on the node that drives it. */
export interface RepairJobView {
  readonly id: string;
  /** Name of the node that drives it. */
  readonly node: string;
  /** What it goes over, in words. */
  readonly scope: string;
  readonly state: RepairJobState;
  readonly startedAtMs: number;
  /** How long it has worked: the time between two runs of its node is not counted. */
  readonly tookMs: number;
  /** How often it went on after a restart of its node, and when that was last; undefined when it never was. */
  readonly restarts: number;
  readonly resumedAtMs: number | undefined;
  readonly ranges: number;
  /** Ranges that were gone over, to their end or not. */
  readonly done: number;
  /** Of these: that differed, whose repair lacked an owner, and that failed. */
  readonly repaired: number;
  readonly partial: number;
  readonly failed: number;
  /** Slots that differed, records and bytes that were moved, and dead copies that were removed. */
  readonly differing: number;
  readonly sent: number;
  readonly sentBytes: number;
  readonly dropped: number;
  /** What it does now, and where: `hash`, `0x6b210000 n1 n2 n3`; empty when it has ended. */
  readonly step: string;
  readonly at: string;
  /** How long nothing has come to its end. */
  readonly idleMs: number;
  /** Why it does not go on, or what failed last; empty when all is well. */
  readonly problem: string;
  /** Bytes per second that it may move now, and the owner that it goes slowly for, and why; empty at the full rate. */
  readonly bytesPerSecond: number;
  readonly slowedBy: string;
  /** Owners that were away when a range was repaired. */
  readonly away: readonly string[];
}

/** What may be asked of the repairs of a node. */
export type RepairCall =
  | { readonly action: 'plan' | 'start'; readonly scope: RepairScope }
  /** All jobs, or one. */
  | { readonly action: 'jobs'; readonly job: string | undefined }
  | { readonly action: 'cancel'; readonly job: string };

export interface RepairAnswer {
  /** Name of the node that answers. */
  readonly node: string;
  readonly plan: RepairPlanView | undefined;
  readonly jobs: readonly RepairJobView[];
}
