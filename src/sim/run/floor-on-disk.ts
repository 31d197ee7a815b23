import { SlotMap } from '../../node/core/repair/slot-map.js';
import { slotOf } from '../../node/core/ring/token.js';
import { decodeDataKey } from '../../node/core/version/data-key.js';
import { unsealRuns } from '../../node/store/sealed-runs.js';
import { SHARD_FOLDER } from '../../node/store/store.js';
import { floorKey } from '../../node/store/system-keys.js';
import type { MemoryDisk } from '../memory-disk.js';

/** What was read from bytes on a disk, which nobody changes: each write brings new ones. */
const seen = new WeakMap<Uint8Array, SlotMap>();
const NOTHING = new SlotMap();

/** The floors of a namespace as they were written; none where they cannot be read. */
export function floorsIn(key: Uint8Array, value: Uint8Array | undefined): SlotMap {
  if (value === undefined) return NOTHING;
  let floors = seen.get(value);
  if (floors === undefined) {
    floors = new SlotMap(unsealRuns(key, value));
    seen.set(value, floors);
  }
  return floors;
}

/** The floor of the slot of a data key as it lies on a disk, in ms of stamps; 0 where there is none. */
export function floorOnDisk(disk: MemoryDisk, dataKey: Uint8Array): number {
  const { namespace, token } = decodeDataKey(dataKey);
  const key = floorKey(namespace);
  return floorsIn(key, disk.valueOf(SHARD_FOLDER, key)).at(slotOf(token));
}
