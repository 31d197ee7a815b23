/** What a client asked of the cluster, and what it was told; everything a checker may know of one operation. */
export interface HistoryOperation {
  /** Place in the order in which the operations began, from 0. */
  readonly id: number;
  readonly client: string;
  readonly kind: 'put' | 'delete' | 'get' | 'exists';
  readonly key: string;
  /** A consistency level by name. */
  readonly level: string;
  /** Of a put: the value, which no other operation of the history writes. */
  readonly value: string | undefined;
  /** Of a put that expires: its life from the stamp on, in ms. */
  readonly ttlMs: number | undefined;
  /** Of a write: the stamp that the client gave it. Another one in the answer means that it was stamped again. */
  readonly stamped: HistoryVersion | undefined;
  /** The last stamp that the client gave it: no attempt of it has a higher one. */
  readonly lastStamped: HistoryVersion | undefined;
  /** Place among all beginnings and ends: a total order, while many of them may share one millisecond. */
  readonly startAt: number;
  /** Virtual time. */
  readonly startMs: number;
  /** Lowest wall clock of a node that ran when it began: what had expired by then must not be read. */
  readonly lowestWallMs: number;
  /** Undefined while it runs, and for good when the run ended before it did. */
  readonly end: HistoryEnd | undefined;
}

/** How an operation ended. */
export interface HistoryEnd {
  readonly at: number;
  readonly ms: number;
  /** Highest wall clock that any node or client has shown so far: what expires later must not be missing. */
  readonly highestWallMs: number;
  /** Deletes, and values that had expired, of up to then may have been forgotten; nothing that is younger. */
  readonly forgottenMs: number;
  readonly result: HistoryResult;
}

export type HistoryResult =
  | { readonly kind: 'written'; readonly version: HistoryVersion }
  | {
      readonly kind: 'read';
      readonly found: boolean;
      /** Undefined when nothing was found, and for `exists`. */
      readonly value: string | undefined;
      /** Of the record, or the tombstone, that answered; undefined when there was none. */
      readonly version: HistoryVersion | undefined;
      readonly expiresAtMs: number | undefined;
    }
  | {
      readonly kind: 'failed';
      /** `not_applied`: it had no effect and never will. `unknown`: a write that may take effect at any time from its start. */
      readonly outcome: 'not_applied' | 'unknown';
      readonly code: string;
    };

/** A version as the store orders them: by ms, then logical, then writer. */
export interface HistoryVersion {
  readonly ms: number;
  readonly logical: number;
  readonly writerHi: number;
  readonly writerLo: number;
}

/** A rule that a history, or a cluster, broke. */
export interface Violation {
  /** Name of the rule, as `docs/testing.md` lists them. */
  readonly rule: RuleName;
  /** One sentence: what was seen, and why it must not be. */
  readonly message: string;
  /** The key concerned, when there is one. */
  readonly key: string | undefined;
  /** The operations concerned, by id, in the order of the story. */
  readonly operations: readonly number[];
  /** Virtual time at which it was noticed. */
  readonly atMs: number;
}

export type RuleName =
  | 'acknowledged-write-lost'
  | 'read-went-back'
  | 'value-never-written'
  | 'expired-value-returned'
  | 'not-linearizable'
  | 'not-converged'
  /** A node holds what is not its own, long after the ring has changed. */
  | 'left-over'
  | 'false-death'
  | 'queue-over-bound'
  | 'waits-for-ever'
  | 'works-for-ever'
  | 'assertion'
  | 'metadata-diverged'
  | 'hint-forgotten'
  | 'hint-never-ends'
  | 'impostor-voted'
  | 'grid-differs'
  | 'index-differs'
  | 'floor-broken';
