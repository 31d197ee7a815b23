import type { KvError } from '../core/errors.js';
import type { StoredRecord } from '../core/version/record.js';
import type { Version } from '../core/version/version.js';
import type { BatchOperation } from '../env/storage.js';

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

/** A change of a copy that is no news from a client: a purge, a sweep, the clearing of a range. */
export interface Swap {
  readonly namespace: number;
  readonly token: number;
  readonly key: Uint8Array;
  /** The copy that may be replaced, as it was read; `any` also takes a corrupt one, and `corrupt` nothing else. A stale entry replaces none. */
  readonly expected: CopyIdentity | 'any' | 'corrupt' | StaleEntry;
  /** What takes its place, encoded; undefined removes it. */
  readonly by: Uint8Array | undefined;
  readonly deadlineMs?: number | undefined;
  readonly refuses?: Refusal | undefined;
}

/** Why a change must not be made any more; asked when it is decided, in the order in which the store decides all others. */
type Refusal = () => KvError | undefined;

/** Changes of what is kept beside the records. */
export interface SystemWrite {
  readonly operations: readonly BatchOperation[];
  readonly priority: Mutation['priority'];
  /** Monotonic. */
  readonly deadlineMs?: number | undefined;
  readonly refuses?: Refusal | undefined;
}

/**
 * An entry of an index, which goes if it belongs to nothing that is held when that is decided: a look before its removal would not be enough,
 * since a write may come between. Next to a copy that cannot be read it stays.
 */
export interface StaleEntry {
  readonly entry: Uint8Array;
  readonly belongsTo: (held: StoredRecord) => boolean;
}

/** Tells one copy of a key from another. */
type CopyIdentity = Pick<StoredRecord, 'version' | 'checksum'>;

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

interface Pending {
  readonly deadlineMs: number | undefined;
  /** Bytes that it takes in the queue and in a batch. */
  readonly sizeBytes: number;
  readonly done: (outcome: ApplyOutcome) => void;
}

/** A verified record to be merged. */
export interface PendingMerge extends Pending {
  readonly kind: 'merge';
  readonly dataKey: Uint8Array;
  readonly record: StoredRecord;
  readonly repair: boolean;
}

/** A copy to be replaced if it is still the expected one. */
export interface PendingSwap extends Pending {
  readonly kind: 'swap';
  readonly dataKey: Uint8Array;
  readonly expected: Swap['expected'];
  readonly by: StoredRecord | undefined;
  readonly refuses: Refusal | undefined;
}

/** Changes outside the records, written as they are with one of the next batches. */
export interface PendingSystem extends Pending {
  readonly kind: 'system';
  readonly operations: readonly BatchOperation[];
  readonly refuses: Refusal | undefined;
}

/** What waits for the writer loop. */
export type PendingMutation = PendingMerge | PendingSwap | PendingSystem;
