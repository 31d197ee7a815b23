import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import { RING_SIZE, SLOT_SIZE } from '../core/ring/token.js';
import type { Clock } from '../env/clock.js';
import { Pace } from '../store/pace.js';
import { purgeTombstones } from '../store/tombstones/purge-tombstones.js';
import type { RepairReplicaParts, RepairStore } from './repair-replica.js';

/** Purges all tombstones of a run of slots, as fast as the store gives room for it; fails when the signal comes before the end. */
export function purgeOf(
  store: RepairStore,
  clock: Clock,
  signal: AbortSignal,
): RepairReplicaParts['purge'] {
  const { purgeRestsPerWork: restsPerWork, purgeBytesPerSecond: bytesPerSecond } = LIMITS;
  const pace = new Pace(clock, { restsPerWork, bytesPerSecond });
  return async (namespace, { from, to }, floorMs) => {
    if (floorMs === 0) return 0;
    const range = { start: from * SLOT_SIZE, end: (to * SLOT_SIZE) % RING_SIZE };
    const order = { namespace, range, upToMs: floorMs };
    const { purged, isWhole } = await purgeTombstones({ store, clock, pace }, order, signal);
    // Whoever asked would take what is left for gone.
    if (!isWhole) throw new KvError('KV_NOT_READY', 'the node is stopping');
    return purged;
  };
}
