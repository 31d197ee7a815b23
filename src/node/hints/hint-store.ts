import { assert } from '../../stdx/assert.js';
import {
  decodeHint,
  decodeHintKey,
  encodeHint,
  encodeHintKey,
  HINT_KEYS,
  hintsFor,
  type Hint,
  type HintId,
} from '../core/hints/hint.js';
import { refusalOf, type HintBounds } from '../core/hints/hint-bounds.js';
import { LIMITS } from '../core/limits.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import { slotOf } from '../core/ring/token.js';
import type { MarkedSlot } from '../core/hints/repair-mark.js';
import type { BatchOperation } from '../env/storage.js';
import { HintTallies } from './hint-tallies.js';
import type { RepairMarks } from './repair-marks.js';
import type { SystemStore } from './system-store.js';

export interface HintStoreParts {
  readonly store: SystemStore;
  readonly marks: RepairMarks;
  /** The time that windows are judged by. */
  readonly nowMs: () => number;
  /** Times that this node has started: its hints are told from those of earlier starts by it. */
  readonly boot: number;
  readonly bounds: () => HintBounds;
  /** Whether the disk is nearly full: no hint is kept then. */
  readonly isDiskFull?: (() => boolean) | undefined;
}

/** A record that replicas have missed. */
export interface MissedRecord extends Hint {
  readonly namespace: number;
  readonly token: number;
}

/** A hint as it is on the disk. */
export interface StoredHint {
  readonly id: HintId;
  /** Undefined when its bytes are damaged. */
  readonly hint: Hint | undefined;
  readonly hintKey: Uint8Array;
  readonly sizeBytes: number;
}

/** What became of a hint: `full` when a bound refused it, `overloaded` when the queue of the store did, `failed` when nothing is written any more. */
export type KeepOutcome = 'kept' | 'full' | 'overloaded' | 'failed';

/** What a hint costs beside its bytes. */
const OVERHEAD_BYTES = 64;
const COUNTER_BITS = 24;
const COUNTERS = 1 << COUNTER_BITS;

/**
 * The hints that this node holds, durable like records, bounded in bytes. What is not kept, or not kept to its end, leaves a mark on its
 * slot: no hint is lost in silence.
 */
export class HintStore {
  readonly #parts: HintStoreParts;
  readonly #tallies = new HintTallies();
  #counter = 0;
  #recovered = false;

  constructor(parts: HintStoreParts) {
    this.#parts = parts;
  }

  get tallies(): Omit<HintTallies, 'add' | 'remove' | 'setOldest'> {
    return this.#tallies;
  }

  /** Whether the hints of earlier starts are counted; until then none of them is replayed. */
  get recovered(): boolean {
    return this.#recovered;
  }

  /** Counts the hints of earlier starts, page by page; harmless when tried again. */
  async recover(): Promise<void> {
    const found = new HintTallies();
    for await (const { key, value } of this.#parts.store.scan(HINT_KEYS)) {
      const { target, storedMs, sequence } = decodeHintKey(key);
      // Those of this start were counted when they were kept.
      if (bootOf(sequence) === this.#parts.boot % COUNTERS) continue;
      found.add(target, { count: 1, bytes: sizeOf(key, value), oldestMs: storedMs });
    }
    for (const [target, tally] of found.all()) this.#tallies.add(target, tally);
    this.#recovered = true;
  }

  /** Keeps a record for one target; `done` is called once, when that is durable, or with the reason why it is not kept. */
  keep(target: NodeId, missed: MissedRecord, done: (outcome: KeepOutcome) => void): void {
    const { namespace, token } = missed;
    const storedMs = Math.max(0, this.#parts.nowMs());
    const id = { target, storedMs, sequence: this.#nextSequence(), namespace, token };
    const key = encodeHintKey(id);
    const value = encodeHint(key, missed);
    const sizeBytes = sizeOf(key, value);
    if (this.#isFull(target, sizeBytes)) {
      this.#parts.marks.owe(markOf(id));
      done('full');
      return;
    }
    // Counted before it is durable, so that the bound holds for what is under way too.
    this.#tallies.add(target, { count: 1, bytes: sizeBytes, oldestMs: storedMs });
    const operations: BatchOperation[] = [{ type: 'put', key, value }];
    this.#parts.store.writeSystem({ operations, priority: 'live' }, ({ kind }) => {
      if (kind !== 'written') this.#tallies.remove(target, { count: 1, bytes: sizeBytes });
      if (kind === 'overloaded') this.#parts.marks.owe(markOf(id));
      done(kind === 'written' ? 'kept' : kind === 'overloaded' ? 'overloaded' : 'failed');
    });
  }

  /** The oldest hints for a target, or those after one of them, up to a size; one at least, when there is any. */
  async page(
    target: NodeId,
    { after, sizeBytes }: { readonly after: StoredHint | undefined; readonly sizeBytes: number },
  ): Promise<readonly StoredHint[]> {
    const range = hintsFor(target);
    const gte = after === undefined ? range.gte : justAfter(after.hintKey);
    const page: StoredHint[] = [];
    let left = sizeBytes;
    const limit = LIMITS.hintPage;
    for await (const { key, value } of this.#parts.store.scan({ gte, lt: range.lt, limit })) {
      const size = sizeOf(key, value);
      if (page.length > 0 && size > left) break;
      left -= size;
      page.push({
        id: decodeHintKey(key),
        hint: decodeHint(key, value),
        hintKey: key,
        sizeBytes: size,
      });
    }
    const [oldest] = page;
    if (after === undefined && oldest !== undefined)
      this.#tallies.setOldest(target, oldest.id.storedMs);
    return page;
  }

  /** Forgets hints for a target; with `mark`, their slots need a repair from the same moment on. False when they are still there. */
  async remove(hints: readonly StoredHint[], mark: boolean): Promise<boolean> {
    const [first] = hints;
    if (first === undefined) return true;
    const { target } = first.id;
    assert(
      hints.every(({ id }) => id.target === target),
      'hints for one target are removed together',
    );
    const slots = mark ? hints.map(({ id }) => markOf(id)) : [];
    const marks = this.#parts.marks.operationsFor(slots);
    const gone = hints.map(({ hintKey }): BatchOperation => ({ type: 'del', key: hintKey }));
    const operations = [...marks, ...gone];
    const written = await new Promise<boolean>((resolve) => {
      this.#parts.store.writeSystem({ operations, priority: 'background' }, ({ kind }) => {
        resolve(kind === 'written');
      });
    });
    if (!written) return false;
    this.#parts.marks.noted(slots);
    const bytes = hints.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    this.#tallies.remove(target, { count: hints.length, bytes });
    return true;
  }

  #isFull(target: NodeId, sizeBytes: number): boolean {
    if (this.#parts.isDiskFull?.() === true) return true;
    const load = {
      targetBytes: this.#tallies.of(target)?.bytes ?? 0,
      totalBytes: this.#tallies.bytes,
    };
    return refusalOf(load, sizeBytes, this.#parts.bounds()) !== undefined;
  }

  #nextSequence(): number {
    this.#counter = (this.#counter + 1) % COUNTERS;
    return (this.#parts.boot % COUNTERS) * COUNTERS + this.#counter;
  }
}

function bootOf(sequence: number): number {
  return Math.floor(sequence / COUNTERS);
}

function markOf({ namespace, token }: HintId): MarkedSlot {
  return { namespace, slot: slotOf(token) };
}

function sizeOf(key: Uint8Array, value: Uint8Array): number {
  return key.length + value.length + OVERHEAD_BYTES;
}

/** The least key above this one. */
function justAfter(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}
