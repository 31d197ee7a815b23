import { assert } from '../../stdx/assert.js';
import {
  decodeMarkKey,
  encodeMarkKey,
  REPAIR_MARKS,
  type MarkedSlot,
} from '../core/hints/repair-mark.js';
import { LIMITS } from '../core/limits.js';
import { SLOT_COUNT } from '../core/ring/token.js';
import type { BatchOperation } from '../env/storage.js';
import type { Clock, Timer } from '../env/clock.js';
import { sealU48 } from '../store/system-keys.js';
import type { SystemStore } from './system-store.js';

export interface RepairMarksParts {
  readonly store: SystemStore;
  readonly clock: Clock;
  /** Wall time that the marks carry. */
  readonly nowMs: () => number;
}

/**
 * Remembers durably which slots need a repair, because a hint for one of their keys could not be kept to its end. One mark per slot,
 * however many hints of it were lost; a mark that the store refused is written again until it is there.
 */
export class RepairMarks {
  readonly #parts: RepairMarksParts;
  readonly #durable = new Map<number, SlotBits>();
  /** Marks to be written, by their number: bounded by the slots of the ring and the namespaces. */
  readonly #owed = new Set<number>();
  /** Slots that somebody has repaired, and that were not marked again since that was asked for. */
  #watched = new Set<number>();
  #recovered = false;
  #count = 0;
  #writing = false;
  #timer: Timer | undefined;
  #stopped = false;

  constructor(parts: RepairMarksParts) {
    this.#parts = parts;
  }

  /** Slots that need a repair, with those whose mark is not durable yet. */
  get count(): number {
    return this.#count + this.#owed.size;
  }

  /** Reads what earlier runs have marked. */
  async recover(): Promise<void> {
    for await (const { key } of this.#parts.store.scan(REPAIR_MARKS))
      this.#note(decodeMarkKey(key));
    this.#recovered = true;
  }

  /** Marks that are durable, in order, from a number on, so many at most; none before all are known. */
  from(number: number, limit: number): readonly MarkedSlot[] {
    const found: MarkedSlot[] = [];
    if (!this.#recovered) return found;
    for (const namespace of [...this.#durable.keys()].sort((a, b) => a - b)) {
      const first = Math.max(0, number - namespace * SLOT_COUNT);
      const bits = this.#durable.get(namespace);
      for (let slot = bits?.next(first); slot !== undefined; slot = bits?.next(slot + 1)) {
        if (found.length === limit) return found;
        found.push({ namespace, slot });
      }
    }
    return found;
  }

  /** From now on it is noted which of these slots are marked again; those watched before are not any more. */
  watch(slots: readonly MarkedSlot[]): void {
    this.#watched = new Set(slots.map(numberOf));
  }

  /** Forgets marks of slots that were repaired since they are watched, but for those that were marked again; gives how many. */
  async clear(slots: readonly MarkedSlot[]): Promise<number> {
    const gone = slots.filter((slot) => this.#watched.delete(numberOf(slot)) && this.has(slot));
    if (gone.length === 0) return 0;
    // Not marked from now on: a mark that comes meanwhile is written, after this, for both wait in one queue.
    for (const slot of gone) this.#forget(slot);
    const operations = gone.map((slot): BatchOperation => ({
      type: 'del',
      key: encodeMarkKey(slot),
    }));
    const isGone = await new Promise<boolean>((resolve) => {
      this.#parts.store.writeSystem({ operations, priority: 'background' }, ({ kind }) => {
        resolve(kind === 'written');
      });
    });
    if (isGone) return gone.length;
    this.noted(gone);
    return 0;
  }

  has({ namespace, slot }: MarkedSlot): boolean {
    return this.#durable.get(namespace)?.has(slot) ?? false;
  }

  /** Marks a slot, soon. */
  owe(marked: MarkedSlot): void {
    this.#watched.delete(numberOf(marked));
    if (this.has(marked)) return;
    this.#owed.add(numberOf(marked));
    this.#write();
  }

  /** What marks these slots, as a part of a larger write; `noted` is told when that is durable. */
  operationsFor(slots: readonly MarkedSlot[]): readonly BatchOperation[] {
    for (const slot of slots) this.#watched.delete(numberOf(slot));
    const missing = new Set(slots.filter((slot) => !this.has(slot)).map(numberOf));
    return [...missing].map((number) => this.#put(slotOfNumber(number)));
  }

  noted(slots: readonly MarkedSlot[]): void {
    for (const slot of slots) this.#note(slot);
  }

  /** A mark that the store refuses from now on is not written again. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #write(): void {
    if (this.#writing || this.#owed.size === 0) return;
    this.#writing = true;
    const numbers: number[] = [];
    for (const number of this.#owed) {
      numbers.push(number);
      if (numbers.length === LIMITS.repairMarksAtOnce) break;
    }
    const operations = numbers.map((number) => this.#put(slotOfNumber(number)));
    this.#parts.store.writeSystem({ operations, priority: 'background' }, ({ kind }) => {
      this.#writing = false;
      if (kind !== 'written') {
        this.#writeLater();
        return;
      }
      for (const number of numbers) this.#note(slotOfNumber(number));
      this.#write();
    });
  }

  #writeLater(): void {
    if (this.#stopped) return;
    this.#timer = this.#parts.clock.after(LIMITS.hintAgainMs, () => {
      this.#write();
    });
  }

  #put(slot: MarkedSlot): BatchOperation {
    const key = encodeMarkKey(slot);
    return { type: 'put', key, value: sealU48(key, Math.max(0, this.#parts.nowMs())) };
  }

  #note(marked: MarkedSlot): void {
    let bits = this.#durable.get(marked.namespace);
    if (bits === undefined) this.#durable.set(marked.namespace, (bits = new SlotBits()));
    if (bits.set(marked.slot)) this.#count += 1;
    this.#owed.delete(numberOf(marked));
  }

  #forget({ namespace, slot }: MarkedSlot): void {
    if (this.#durable.get(namespace)?.delete(slot) === true) this.#count -= 1;
  }
}

/** One bit for each slot of the ring. */
class SlotBits {
  readonly #bytes = new Uint8Array(SLOT_COUNT / 8);

  has(slot: number): boolean {
    return (this.#bytes[slot >>> 3]! & (1 << (slot & 7))) !== 0;
  }

  /** The first slot that is set, from one on; undefined when there is none. */
  next(from: number): number | undefined {
    for (let slot = from; slot < SLOT_COUNT; slot++) {
      // Eight at once where none is set.
      if ((slot & 7) === 0 && this.#bytes[slot >>> 3] === 0) slot += 7;
      else if (this.has(slot)) return slot;
    }
    return undefined;
  }

  /** True when it was set before. */
  delete(slot: number): boolean {
    if (!this.has(slot)) return false;
    this.#bytes[slot >>> 3]! &= ~(1 << (slot & 7));
    return true;
  }

  /** True when it was not set before. */
  set(slot: number): boolean {
    assert(slot < SLOT_COUNT, 'the ring has no such slot');
    if (this.has(slot)) return false;
    this.#bytes[slot >>> 3]! |= 1 << (slot & 7);
    return true;
  }
}

function numberOf({ namespace, slot }: MarkedSlot): number {
  return namespace * SLOT_COUNT + slot;
}

function slotOfNumber(number: number): MarkedSlot {
  return { namespace: Math.floor(number / SLOT_COUNT), slot: number % SLOT_COUNT };
}
