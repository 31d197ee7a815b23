import type { AskError, ShownState } from './node-views.js';

export interface RangeView {
  readonly start: number;
  /** Exclusive; less than or equal to `start` when the range wraps. */
  readonly end: number;
  /** Names, in preference order. */
  readonly replicas: readonly string[];
}

export interface RingNodeView {
  readonly name: string;
  readonly state: ShownState;
  readonly rack: string;
  readonly dc: string;
  readonly vnodes: number;
  readonly primary: number;
  readonly holds: number;
  /** Share of each 1/40 of the token space that it is the first replica of. */
  readonly strip: readonly number[];
}

export interface BalanceView {
  readonly dc: string;
  /** Undefined for the whole data centre. */
  readonly rack: string | undefined;
  /** Largest replicated share over the mean. */
  readonly maxOverMean: number;
}

export interface RingView {
  readonly viewedFrom: string;
  readonly cluster: string;
  readonly hash: string;
  readonly epoch: number;
  readonly agreed: number;
  readonly asked: number;
  readonly replicationFactor: number;
  readonly nodes: readonly RingNodeView[];
  readonly balance: readonly BalanceView[];
  readonly replicaSets: {
    readonly distinct: number;
    readonly spanningRacks: number;
    readonly spanningHosts: number;
    readonly total: number;
  };
  /** Every range, when asked for; empty otherwise. */
  readonly ranges: readonly RangeView[];
}

export interface OwnerView {
  readonly node: string;
  readonly rack: string;
  readonly role: 'primary' | 'replica';
  readonly state: ShownState;
  readonly forMs: number;
  /** `present`, `tombstone`, `missing`, `corrupt`, or `unknown` when it did not answer. */
  readonly copy: 'present' | 'tombstone' | 'missing' | 'corrupt' | 'unknown';
  readonly sizeBytes: number | undefined;
  readonly version: string | undefined;
  /** From then on the copy counts as deleted, in ms since 1970. */
  readonly expiresAtMs: number | undefined;
  readonly error: AskError | undefined;
}

/** What is held of a key at a time: a value that has expired is neither present nor deleted by anybody. */
export function heldCopy(
  { copy, expiresAtMs }: OwnerView,
  atMs: number,
): OwnerView['copy'] | 'expired' {
  return copy === 'present' && expiresAtMs !== undefined && expiresAtMs <= atMs ? 'expired' : copy;
}

/** What is wanted to know about a key. */
export interface OwnersQuery {
  /** From the ring alone: no replica is asked for its copy. */
  readonly offline: boolean;
  /** The namespace of the key; `default` when left out. */
  readonly namespace?: string | undefined;
}

export interface OwnersView {
  readonly viewedFrom: string;
  /** The time of the node that was asked, in ms since 1970. */
  readonly atMs: number;
  readonly namespace: string;
  readonly key: Uint8Array;
  readonly token: number;
  readonly range: { readonly start: number; readonly end: number };
  readonly quorum: number;
  readonly alive: number;
  readonly replicas: readonly OwnerView[];
}
