import type { Hash64 } from '../../../stdx/hash64.js';
import type { LeafHashes } from '../grid/leaf-hashes.js';
import type { LeafRun } from '../grid/leaf-runs.js';
import type { RecordDigest } from '../messages.js';
import type { ListedCopy } from './compare-copies.js';
import type { SlotRun, ValuedRun } from './slot-map.js';
import type { PartRun } from './slot-parts.js';

/** A record on its way from one replica to another. */
export interface SentCopy {
  readonly dataKey: Uint8Array;
  /** Encoded: the same bytes as on disk. */
  readonly record: Uint8Array;
}

/** A copy that is dead, as it was listed. */
export interface DroppedCopy {
  readonly dataKey: Uint8Array;
  readonly digest: Pick<RecordDigest, 'version' | 'checksum'>;
}

/** What the driver of a repair asks of a replica, about slots that both own under one epoch. */
export type RepairQuestion =
  /** Whether it can take part, and how far it is complete. */
  | { readonly kind: 'begin'; readonly runs: readonly SlotRun[] }
  /** Drops tombstones up to these floors, as far as the own ones reach: so it mostly makes no difference who has dropped them already. */
  | {
      readonly kind: 'settle';
      readonly floors: readonly ValuedRun[];
      /** Where the answer before has ended; undefined begins. */
      readonly after: Uint8Array | undefined;
    }
  /** The hashes of so many pieces of the runs, as `splitRuns` cuts them. */
  | { readonly kind: 'hashes'; readonly runs: readonly LeafRun[]; readonly pieces: number }
  /** The sums of the first of some slots, as many as it has time for; a release that does not know them answers with hashes. */
  | {
      readonly kind: 'sums';
      readonly slots: readonly number[];
      /** Fresh for each question. */
      readonly seed: Hash64;
    }
  /** Copies of one slot, in the order of their keys, after a key. */
  | {
      readonly kind: 'list';
      readonly slot: number;
      readonly after: Uint8Array | undefined;
      /** Only of these parts, ascending; none is the whole slot, and so it is for a release that does not know sums. */
      readonly parts: readonly PartRun[];
    }
  /** The records of some keys, as many as fit, from the first on. */
  | { readonly kind: 'fetch'; readonly dataKeys: readonly Uint8Array[] }
  /** Takes copies that it lacks, and gives up dead ones. */
  | {
      readonly kind: 'apply';
      readonly copies: readonly SentCopy[];
      readonly drops: readonly DroppedCopy[];
    }
  /** All owners are equal, since so many ms ago, and complete up to the floor: it may be raised, if it is the process that began. */
  | {
      readonly kind: 'complete';
      readonly runs: readonly SlotRun[];
      /** 0 raises nothing. */
      readonly floorMs: number;
      readonly boot: number;
      readonly agoMs: number;
    }
  /** Repairs the slots soon, whoever's turn it is, and says when it has last done so. */
  | {
      readonly kind: 'mend';
      readonly runs: readonly SlotRun[];
      /** A repair that began later than an earlier answer will do; undefined asks for one that begins later than this question. */
      readonly since: MendTime | undefined;
    };

/** A moment of one process, on its monotonic clock. */
export interface MendTime {
  readonly boot: number;
  readonly nowMs: number;
}

/** A question, and what it is about. */
export interface RepairRequest {
  /** Epoch by which the driver knows the owners. */
  readonly epoch: number;
  readonly namespace: number;
  readonly question: RepairQuestion;
}

export type RepairReply =
  | { readonly kind: 'begun'; readonly boot: number; readonly floors: readonly ValuedRun[] }
  | {
      readonly kind: 'settled';
      readonly dropped: number;
      /** How far it has come in the time that one question may take; undefined at the end. */
      readonly until: Uint8Array | undefined;
    }
  | { readonly kind: 'hashes'; readonly hashes: LeafHashes }
  /** Of the first of the slots, one at least; undefined for one that has more copies than one question may take. */
  | { readonly kind: 'sums'; readonly slots: readonly (LeafHashes | undefined)[] }
  | {
      readonly kind: 'listed';
      readonly copies: readonly ListedCopy[];
      /** Data keys of copies that are held and cannot be read: neither a value nor an absence. */
      readonly unreadable: readonly Uint8Array[];
      /** Of the slot, after it was read. */
      readonly floorMs: number;
      /** The key up to which the slot was read; undefined at its end. */
      readonly until: Uint8Array | undefined;
    }
  /** Undefined for a copy that is gone or cannot be read; fewer than were asked for when they are large. */
  | { readonly kind: 'fetched'; readonly records: readonly (Uint8Array | undefined)[] }
  | {
      readonly kind: 'applied';
      /** Waiting in the queue of the store after it. */
      readonly queuedBytes: number;
    }
  | { readonly kind: 'completed' }
  | {
      readonly kind: 'mended';
      readonly boot: number;
      /** Monotonic time of this process, when it was asked. */
      readonly nowMs: number;
      /** For each run, when the last repair between all owners began that this process has driven to its end; -1 before the first. */
      readonly beganMs: readonly number[];
    };
