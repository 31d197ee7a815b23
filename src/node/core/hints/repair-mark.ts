import { assert } from '../../../stdx/assert.js';
import { readU32be, writeU32be } from '../../../stdx/bytes.js';

const PREFIX = Uint8Array.of(0x6d, 0x72);
const KEY_BYTES = 10;

/** The marks of all slots that need a repair, as a range of the store: `m | r`. */
export const REPAIR_MARKS = { gte: PREFIX, lt: Uint8Array.of(0x6d, 0x73) } as const;

/** A run of tokens, 4096 of them, in which copies may have missed writes that nothing but a repair can bring. */
export interface MarkedSlot {
  readonly namespace: number;
  readonly slot: number;
}

/** The key of a mark: `m | r | namespace u32be | slot u32be`. */
export function encodeMarkKey({ namespace, slot }: MarkedSlot): Uint8Array {
  const bytes = new Uint8Array(KEY_BYTES);
  bytes.set(PREFIX);
  writeU32be(bytes, 2, namespace);
  writeU32be(bytes, 6, slot);
  return bytes;
}

/** What the key of a mark says; other keys are a defect of the caller. */
export function decodeMarkKey(bytes: Uint8Array): MarkedSlot {
  assert(bytes.length === KEY_BYTES, 'not the key of a mark');
  return { namespace: readU32be(bytes, 2), slot: readU32be(bytes, 6) };
}
