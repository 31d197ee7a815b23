import type { Version } from './version/version.js';
import type { TraceView } from './views/trace-views.js';

/** One operation as a client asks it of any node. */
export type ClientRequest =
  | {
      readonly kind: 'get';
      readonly namespace: string;
      readonly key: Uint8Array;
      readonly level: string;
      readonly trace: boolean;
    }
  | {
      readonly kind: 'exists';
      readonly namespace: string;
      readonly key: Uint8Array;
      readonly level: string;
      readonly trace: boolean;
    }
  | ({
      readonly kind: 'put';
      readonly value: Uint8Array;
      readonly ttlMs: number | undefined;
    } & ClientWrite)
  | ({ readonly kind: 'delete' } & ClientWrite);

/** What put and delete share. */
interface ClientWrite {
  readonly namespace: string;
  readonly key: Uint8Array;
  readonly level: string;
  readonly trace: boolean;
  /**
   * The stamp of who began the operation, the only one that may stamp it again: a coordinator answers KV_SUPERSEDED when the key
   * holds something newer. Undefined lets the coordinator begin it (plain unary callers).
   */
  readonly version: Version | undefined;
}

/** What a coordinator answers when the operation succeeded. */
export type ClientResult =
  | {
      readonly kind: 'read';
      readonly found: boolean;
      /** Absent for `exists` and when not found. */
      readonly value: Uint8Array | undefined;
      /** Version of the record, or of the tombstone, that answered. */
      readonly version: Version | undefined;
      readonly expiresAtMs: number | undefined;
      readonly coordinator: string;
      readonly tookMs: number;
      readonly trace: TraceView | undefined;
    }
  | {
      readonly kind: 'written';
      /** The version under which it was acknowledged: the one asked for, if there was one. */
      readonly version: Version;
      /** Names of the replicas that had acknowledged when the answer was sent. */
      readonly acks: readonly string[];
      readonly coordinator: string;
      readonly tookMs: number;
      /** Things worth a line on stderr: fewer members than the replication factor. */
      readonly warnings: readonly string[];
      readonly trace: TraceView | undefined;
    };
