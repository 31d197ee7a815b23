import { assert } from '../../stdx/assert.js';
import type { KvError } from '../core/errors.js';
import { decodeRecord } from '../core/version/record-codec.js';
import type { DecodedRecord } from '../core/version/record-codec.js';
import type { StoredRecord } from '../core/version/record.js';
import { compareRecords } from '../core/version/reconcile.js';
import { highestOf } from '../core/version/hlc.js';
import { compareVersions } from '../core/version/version.js';
import { byteText } from '../../stdx/byte-text.js';
import type { BatchOperation } from '../env/storage.js';
import type {
  ApplyOutcome,
  Mutation,
  PendingMerge,
  StaleEntry,
  PendingMutation,
  PendingSwap,
  PendingSystem,
} from './mutation.js';
import { newerFormat } from './store-refusals.js';
import type { RecordChange } from './record-change.js';
import type { BatchLoad } from './mutation-queue.js';
import type { RawCopy } from './read-many.js';

/** What is held of a key while a batch is made; `unread` until the storage has answered. */
type Copy = DecodedRecord | 'unread' | undefined;

/** What a batch asks of its store. */
export interface BatchRules {
  /** Stamps up to this many ms are no news for the slot of the key. */
  readonly floorMsOf: (dataKey: Uint8Array) => number;
  /** Told of a copy that cannot be read, before anything is decided about it. */
  readonly onCorrupt: (dataKey: Uint8Array) => void;
}

/** One key of a batch: what is held, and what is wanted. */
export interface Slot {
  readonly dataKey: Uint8Array;
  /** What was held before the batch. */
  before: Copy;
  held: Copy;
  changed: boolean;
  readonly waiting: (PendingMerge | PendingSwap)[];
}

/**
 * The mutations of one atomic write, decided one after the other per key, as if each had been written alone:
 * what one of them leaves is what the next one finds.
 */
export class WriteBatch implements BatchLoad {
  readonly #slots = new Map<string, Slot>();
  readonly #decided: { readonly pending: PendingMutation; readonly outcome: ApplyOutcome }[] = [];
  readonly #rules: BatchRules;
  readonly #system: BatchOperation[] = [];
  #changes: RecordChange[] | undefined;
  #unread: Slot[] = [];
  #undecided: Slot[] = [];
  #sizeBytes = 0;
  #liveBytes = 0;
  #mutations = 0;
  #isWanted = false;

  constructor(rules: BatchRules) {
    this.#rules = rules;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get liveBytes(): number {
    return this.#liveBytes;
  }

  get mutations(): number {
    return this.#mutations;
  }

  /** Somebody wants a batch to be written, even one without changes. */
  get isWanted(): boolean {
    return this.#isWanted;
  }

  /** Takes a mutation in; `before` is the batch that is being synced, whose result its key may need. */
  add(
    { pending, priority }: { pending: PendingMutation; priority: Mutation['priority'] },
    before: WriteBatch | undefined,
  ): void {
    this.#sizeBytes += pending.sizeBytes;
    if (priority === 'live') this.#liveBytes += pending.sizeBytes;
    this.#mutations += 1;
    if (pending.kind === 'system') {
      this.#addSystem(pending);
      return;
    }
    const text = byteText(pending.dataKey);
    let slot = this.#slots.get(text);
    if (slot === undefined) {
      const earlier = before === undefined ? undefined : before.#slots.get(text);
      const held = earlier === undefined ? 'unread' : earlier.held;
      slot = { dataKey: pending.dataKey, before: held, held, changed: false, waiting: [] };
      this.#slots.set(text, slot);
      if (held === 'unread') this.#unread.push(slot);
    }
    if (slot.waiting.length === 0) this.#undecided.push(slot);
    slot.waiting.push(pending);
  }

  /** Changes beside the records are decided when they are added. */
  #addSystem(pending: PendingSystem): void {
    const error = pending.refuses?.();
    if (error === undefined) {
      this.#system.push(...pending.operations);
      this.#isWanted = true;
    }
    const outcome = error === undefined ? WRITTEN : ({ kind: 'failed', error } as const);
    this.#decided.push({ pending, outcome });
  }

  /** The keys that the storage must be asked for before `decide`. */
  takeUnread(): readonly Slot[] {
    const unread = this.#unread;
    this.#unread = [];
    return unread;
  }

  /** What the storage answered for the keys of `takeUnread`. */
  fill(slots: readonly Slot[], copies: readonly RawCopy[]): void {
    for (const [index, slot] of slots.entries()) {
      const copy = copies[index];
      if (copy === undefined) slot.held = undefined;
      else slot.held = copy === 'unreadable' ? 'corrupt' : decodeRecord(slot.dataKey, copy);
      slot.before = slot.held;
      if (slot.held === 'corrupt') this.#rules.onCorrupt(slot.dataKey);
    }
  }

  /** Decides all that was added since the last call; every key has been read by now. */
  decide(): void {
    for (const slot of this.#undecided) {
      for (const pending of slot.waiting)
        this.#decided.push({
          pending,
          outcome: this.#decideOne(slot, pending),
        });
      slot.waiting.length = 0;
    }
    this.#undecided = [];
  }

  #decideOne(slot: Slot, pending: PendingMerge | PendingSwap): ApplyOutcome {
    if (pending.kind === 'swap') {
      const { expected, refuses } = pending;
      if (typeof expected !== 'object' || !('entry' in expected))
        return swap(slot, pending, expected);
      const error = refuses?.();
      if (error !== undefined) return { kind: 'failed', error };
      // A copy that the same batch brings later enters it again: what is derived comes after this.
      if (isStale(slot, expected)) this.#system.push({ type: 'del', key: expected.entry });
      return WRITTEN;
    }
    return merge(slot, pending, this.#rules.floorMsOf(slot.dataKey));
  }

  /** The changes to write; none when everything was superseded or there already. */
  operations(): BatchOperation[] {
    const operations = this.changes().map(({ dataKey: key, after }): BatchOperation =>
      after === undefined ? { type: 'del', key } : { type: 'put', key, value: after.encoded },
    );
    return [...operations, ...this.#system];
  }

  /** The copies that the batch changes, once all is decided and nothing more is added. */
  changes(): readonly RecordChange[] {
    return (this.#changes ??= this.#changesOf());
  }

  #changesOf(): RecordChange[] {
    const changes: RecordChange[] = [];
    for (const { changed, dataKey, before, held } of this.#slots.values()) {
      if (!changed || typeof held === 'string') continue;
      assert(before !== 'unread', 'what is changed has been read');
      changes.push({ dataKey, before, after: held });
    }
    return changes;
  }

  /** The batch is durable: tells everyone what was decided. */
  acknowledge(): void {
    for (const { pending, outcome } of this.#decided) pending.done(outcome);
  }

  /** The batch was lost. */
  fail(error: KvError): void {
    for (const { pending } of this.#decided) pending.done({ kind: 'failed', error });
    for (const { waiting } of this.#undecided)
      for (const pending of waiting) pending.done({ kind: 'failed', error });
  }
}

const WRITTEN: ApplyOutcome = { kind: 'written' };

function merge(slot: Slot, { record, repair }: PendingMerge, floorMs: number): ApplyOutcome {
  const { held } = slot;
  if (held === 'unknown-format') return { kind: 'failed', error: newerFormat() };
  // Over a corrupt copy only a repair is safe: what it hides may be newer than this record, and acknowledged.
  if (held === 'corrupt' && !repair) return { kind: 'corrupt' };
  if (typeof held === 'object') {
    const order = compareRecords(record, held);
    if (order < 0 && !repair && !isSweptFrom(held, record))
      return { kind: 'superseded', version: held.version };
    if (order <= 0) return WRITTEN;
  }
  if (record.version.ms <= floorMs) {
    // A copy of that age is here, was overwritten, or was deleted; its tombstone may be gone. A client may still mean it: it stamps again.
    return repair ? WRITTEN : { kind: 'superseded', version: highestOf(floorMs) };
  }
  slot.held = record;
  slot.changed = true;
  return WRITTEN;
}

/** Whether the copy is what a sweep left of the record: a late attempt of its write then finds its work done. */
function isSweptFrom(held: StoredRecord, { version, expiresAtMs }: StoredRecord): boolean {
  const isSwept = held.tombstone && expiresAtMs !== undefined;
  return (
    isSwept && held.expiresAtMs === expiresAtMs && compareVersions(held.version, version) === 0
  );
}

function isStale({ held }: Slot, { belongsTo }: StaleEntry): boolean {
  return held === undefined || (typeof held === 'object' && !belongsTo(held));
}

function swap(
  slot: Slot,
  { by, refuses }: PendingSwap,
  expected: Exclude<PendingSwap['expected'], StaleEntry>,
): ApplyOutcome {
  const { held } = slot;
  const error = refuses?.();
  if (error !== undefined) return { kind: 'failed', error };
  if (held === undefined) return WRITTEN;
  if (expected === 'corrupt') {
    // A copy that is whole has been put in its place meanwhile.
    if (held !== 'corrupt') return WRITTEN;
  } else if (expected !== 'any') {
    if (held === 'unknown-format') return { kind: 'failed', error: newerFormat() };
    if (typeof held === 'string') return { kind: 'corrupt' };
    const isExpected =
      held.checksum === expected.checksum && compareVersions(held.version, expected.version) === 0;
    if (!isExpected) return { kind: 'superseded', version: held.version };
  }
  slot.held = by;
  slot.changed = true;
  return WRITTEN;
}
