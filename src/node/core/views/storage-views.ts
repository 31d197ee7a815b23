import type { RottenReport } from './damage-views.js';
import type { RecoveryReport } from './repair-views.js';

/** The store of one node, as it says itself. */
export interface StorageView {
  readonly node: string;
  readonly shards: readonly ShardView[];
  readonly diskFreeBytes: number | undefined;
  readonly diskReserveBytes: number;
  /** Why it takes no writes while it answers reads, or empty. */
  readonly writesRefused: string;
  readonly jobs: readonly StorageJobView[];
  /** Undefined unless a loss was accepted, and not all of it is back. */
  readonly recovery: RecoveryReport | undefined;
}

export interface ShardView {
  readonly name: string;
  readonly levels: readonly LevelView[];
  readonly memoryBytes: number;
  /** Bytes of records, roughly, with those that are only in memory. */
  readonly loadBytes: number;
  /** Bytes of keys and values given to LevelDB since the start. */
  readonly writtenBytes: number;
  /** Bytes written to the log and to tables for each of them; undefined until enough was written to tell. */
  readonly writeAmplification: number | undefined;
  /** What part of the records are tombstones, by the bytes of the index of tombstones; undefined while there are no tables. */
  readonly tombstoneShare: number | undefined;
  readonly sequence: number;
  readonly gridComplete: boolean;
  readonly scrub: ScrubView;
  readonly rotten: RottenReport;
}

/** One level of tables; bytes read and written are those of compactions since the start. */
interface LevelView {
  readonly level: number;
  readonly files: number;
  readonly bytes: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
}

/** How far the slow reading of all records is, and what it has found. */
export interface ScrubView {
  /** How much of the ring the walk under way has read, from 0 to 1. */
  readonly progress: number;
  readonly beganAtMs: number;
  /** In what time all records are read once. */
  readonly cycleMs: number;
  /** When the last whole walk ended; undefined before the first. */
  readonly endedAtMs: number | undefined;
  /** How many records that one has read. */
  readonly endedRecords: number;
  /** Since the start of the process. */
  readonly records: number;
  readonly rotten: number;
  /** Parts of the store that could not be read at all. */
  readonly unreadable: number;
}

export type StorageJobKind = 'flush' | 'compact' | 'verify';

/** What may be done with a job; a start of one that runs gives the one that runs. */
type StorageJobAction = 'start' | 'status' | 'stop';

/** Tokens from `start` to below `end`; it wraps when `end` is not above `start`. */
export interface TokenSpan {
  readonly start: number;
  readonly end: number;
}

export interface StorageJobRequest {
  readonly kind: StorageJobKind;
  readonly action: StorageJobAction;
  /** All of the store, if absent. */
  readonly range: TokenSpan | undefined;
}

/** Work on the store of one node: what it is at, or how it ended; it is forgotten when the node restarts. */
export interface StorageJobView {
  readonly node: string;
  readonly kind: StorageJobKind;
  /** `none`: there was none since the start of the node. */
  readonly state: 'none' | 'running' | 'done' | 'stopped' | 'failed';
  readonly range: TokenSpan | undefined;
  readonly beganAtMs: number;
  readonly tookMs: number;
  /** Of these bytes, roughly, so many are done; both are 0 when the store is too small to tell. */
  readonly totalBytes: number;
  readonly doneBytes: number;
  /** Parts of the work, and those that are done. */
  readonly parts: number;
  readonly doneParts: number;
  /** Bytes of tables before a compaction, and after it. */
  readonly beforeBytes: number;
  readonly afterBytes: number;
  /** Why it failed, or empty. */
  readonly reason: string;
  readonly verdict: VerdictView | undefined;
}

/** How the hash grid compares with the records. */
export interface VerdictView {
  /** Pages of 512 slots that were compared; those without records need not be. */
  readonly pages: number;
  /** Slots whose hash is not that of their records, and the first of them. */
  readonly differing: number;
  readonly slots: readonly number[];
  /** Slots with records that cannot be read. */
  readonly unreadable: number;
  /** Pages that are not computed yet. */
  readonly unknown: number;
}

/** The tombstones that one node keeps, and why they are still there. */
export interface TombstonesView {
  readonly node: string;
  readonly atMs: number;
  readonly graceMs: number;
  readonly namespaces: readonly NamespaceTombstones[];
}

export interface NamespaceTombstones {
  readonly namespace: string;
  readonly tombstones: number;
  /** False when there was no time to count all: there are at least so many. */
  readonly isCounted: boolean;
  /** Stamp of the oldest one that was counted; undefined when there is none. */
  readonly oldestMs: number | undefined;
  /** Slots that the node owns, and those of them whose floor is 0. */
  readonly slots: number;
  readonly slotsAtZero: number;
  /** The lowest floor of all these slots: tombstones stamped up to then are purged; 0 when there is none yet. */
  readonly floorMs: number;
  /** The ranges with the lowest floors first. */
  readonly ranges: readonly HeldRange[];
}

/** Ranges with the same owners, and what keeps their floor where it is. */
export interface HeldRange {
  readonly start: number;
  readonly end: number;
  /** Ranges of the ring that have these owners. */
  readonly ranges: number;
  readonly owners: readonly string[];
  readonly floorMs: number;
  /**
   * `owner-away`: an owner does not answer, and a floor rises only when all are there. `not-repaired`: the owners have not been
   * made equal yet. `grace`: they have, and younger deletes are kept until their time has passed.
   */
  readonly heldBy: 'owner-away' | 'not-repaired' | 'grace';
  /** Owners that are away. */
  readonly away: readonly string[];
  /** When its owners were last equal, or first known to this node; undefined when that is not known. */
  readonly repairedAtMs: number | undefined;
}
