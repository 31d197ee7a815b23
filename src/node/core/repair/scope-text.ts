import { hex32 } from '../../../stdx/bytes.js';
import { SLOT_SIZE, slotOf, tokenOf } from '../ring/token.js';
import type { RepairScope } from '../views/repair-views.js';

/** A scope in words: `node n4, range 0x00000000..0x10000000`. */
export function scopeText({ node, range, key, namespace }: RepairScope): string {
  const parts = [
    ...(node === undefined ? [] : [`node ${node}`]),
    ...(range === undefined ? [] : [`range 0x${hex32(range.start)}..0x${hex32(range.end)}`]),
    ...(key === undefined ? [] : [`the slot of a key, 0x${hex32(startOf(key))}`]),
    ...(namespace === undefined ? [] : [`namespace ${namespace}`]),
  ];
  return parts.length === 0 ? 'every range' : parts.join(', ');
}

function startOf(key: Uint8Array): number {
  return slotOf(tokenOf(key)) * SLOT_SIZE;
}
