import { compareBytes } from '../../stdx/bytes.js';
import type { LeafHashes } from '../core/grid/leaf-hashes.js';
import { LIMITS } from '../core/limits.js';
import type { ListedCopy } from '../core/repair/compare-copies.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import { copyHash, unreadableHash } from '../core/repair/copy-hash.js';
import type { RepairQuestion, RepairReply } from '../core/repair/repair-messages.js';
import { PartSums, WHOLE_SLOT } from '../core/repair/slot-parts.js';
import { slotOf } from '../core/ring/token.js';
import { decodeDataKey, tokenOfData, type DataKey } from '../core/version/data-key.js';
import { decodeRecord } from '../core/version/record-codec.js';
import { digestOf } from '../core/version/record.js';
import type { Clock } from '../env/clock.js';
import { keyAfter } from '../store/background-store.js';
import type { RepairStore } from './repair-store.js';
import { slotKeys, type BoundedKeys } from './slot-keys.js';

type Question<K extends RepairQuestion['kind']> = Extract<RepairQuestion, { readonly kind: K }>;

export interface SlotReaderParts {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly store: Pick<RepairStore, 'scan' | 'floors'>;
  readonly ownId: NodeId;
  /** Has a copy that cannot be read replaced by what a quorum of the other owners holds. */
  readonly heal: (copy: DataKey) => void;
}

/**
 * Tells which copies a replica holds of slots, as sums or as lists. A slot with a copy that cannot be read is not complete any more,
 * and the copy is healed by the others, beside the repair.
 */
export class SlotReader {
  readonly #parts: SlotReaderParts;

  constructor(parts: SlotReaderParts) {
    this.#parts = parts;
  }

  /** The sums of the first of some slots, as many as one question may take; undefined for one that is too much by itself. */
  async sums(
    namespace: number,
    { slots, seed }: Pick<Question<'sums'>, 'slots' | 'seed'>,
  ): Promise<readonly (LeafHashes | undefined)[]> {
    const { store, clock } = this.#parts;
    const untilMs = clock.monotonicMs() + LIMITS.repairSumMs;
    const summed: (LeafHashes | undefined)[] = [];
    let left: number = LIMITS.repairSumKeys;
    let largest = 0;
    for (const slot of slots) {
      // Slots are mostly alike: what would be read of one more would be for nothing.
      if (left < largest) break;
      const before = left;
      const sums = new PartSums();
      for await (const { key, value } of store.scan({
        ...slotKeys(namespace, slot),
        limit: left,
      })) {
        left -= 1;
        const record = decodeRecord(key, value);
        if (typeof record === 'object') sums.add(tokenOfData(key), copyHash(key, record, seed));
        else {
          await this.#meet(key, record);
          // Not as the others sum it, whatever they hold: it is to be listed.
          sums.add(tokenOfData(key), unreadableHash(key, this.#parts.ownId, seed));
        }
        if (clock.monotonicMs() >= untilMs) left = 0;
        if (left === 0) break;
      }
      if (left === 0) return summed.length === 0 ? [undefined] : summed;
      summed.push(sums.sums());
      largest = Math.max(largest, before - left);
    }
    return summed;
  }

  /** The copies of a slot, or of parts of it, one page after the other. */
  async list(
    namespace: number,
    { slot, after, parts }: Pick<Question<'list'>, 'slot' | 'after' | 'parts'>,
  ): Promise<Extract<RepairReply, { kind: 'listed' }>> {
    const { store } = this.#parts;
    const copies: ListedCopy[] = [];
    const unreadable: Uint8Array[] = [];
    let last: Uint8Array | undefined;
    let left: number = LIMITS.repairListKeys;
    for (const run of parts.length === 0 ? [WHOLE_SLOT] : parts) {
      const range = { ...behind(slotKeys(namespace, slot, run), after), limit: left };
      if (left === 0 || compareBytes(range.gte, range.lt) >= 0) continue;
      for await (const { key, value } of store.scan(range)) {
        left -= 1;
        last = key;
        const record = decodeRecord(key, value);
        if (typeof record === 'object') copies.push({ dataKey: key, digest: digestOf(record) });
        else {
          await this.#meet(key, record);
          unreadable.push(key);
        }
      }
    }
    const [floor] = store.floors.within(namespace, { from: slot, to: slot + 1 });
    const until = left === 0 ? last : undefined;
    return { kind: 'listed', copies, unreadable, floorMs: floor?.value ?? 0, until };
  }

  async #meet(dataKey: Uint8Array, why: 'corrupt' | 'unknown-format'): Promise<void> {
    const { store, heal } = this.#parts;
    const copy = decodeDataKey(dataKey);
    await store.floors.reset(copy.namespace, slotOf(copy.token));
    if (why === 'corrupt') heal(copy);
  }
}

/** What of a range comes after a key. */
function behind(range: BoundedKeys, after: Uint8Array | undefined): BoundedKeys {
  if (after === undefined || compareBytes(after, range.gte) < 0) return range;
  return { ...range, gte: keyAfter(after) };
}
