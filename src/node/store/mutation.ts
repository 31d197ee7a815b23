import type { KvError } from '../core/errors.js';
import type { StoredRecord } from '../core/version/record.js';
import type { Version } from '../core/version/version.js';

/** A record on its way into the store. */
export interface Mutation {
  readonly namespace: number;
  readonly token: number;
  readonly key: Uint8Array;
  /** Encoded record; it is verified against its key before anything is done with it. */
  readonly record: Uint8Array;
  /** It comes from a quorum of copies: it may replace a corrupt copy, and a newer copy counts as success. */
  readonly repair: boolean;
  readonly priority: 'live' | 'background';
  /** Monotonic time after which nobody waits any more; it is then dropped before it is done. */
  readonly deadlineMs?: number | undefined;
}

/** What became of a mutation. Every outcome but `overloaded` and `failed` is durable. */
export type ApplyOutcome =
  /** The store holds the record, or for a repair something newer. */
  | { readonly kind: 'written' }
  /** The store holds something newer; nothing was applied. */
  | { readonly kind: 'superseded'; readonly version: Version }
  /** The copy that is held cannot be read, so whether it is newer is not known; nothing was applied. */
  | { readonly kind: 'corrupt' }
  | { readonly kind: 'overloaded' }
  | { readonly kind: 'failed'; readonly error: KvError };

/** Which record is asked for, and until when (monotonic time). */
export interface RecordQuery {
  readonly namespace: number;
  readonly token: number;
  readonly key: Uint8Array;
  readonly deadlineMs?: number | undefined;
}

/** What the store holds of a key. */
export type ReadOutcome =
  | { readonly kind: 'found'; readonly record: StoredRecord }
  | { readonly kind: 'missing' }
  /** There is a copy and it is not readable: neither a value nor an absence. */
  | { readonly kind: 'corrupt' }
  | { readonly kind: 'overloaded' }
  | { readonly kind: 'failed'; readonly error: KvError };

/** A verified mutation that waits for the writer loop. */
export interface PendingMutation {
  readonly dataKey: Uint8Array;
  readonly record: StoredRecord;
  readonly repair: boolean;
  readonly deadlineMs: number | undefined;
  /** Bytes that it takes in the queue and in a batch. */
  readonly sizeBytes: number;
  readonly done: (outcome: ApplyOutcome) => void;
}
