import { LIMITS } from '../core/limits.js';
import { RING_SIZE, SLOT_SIZE } from '../core/ring/token.js';
import type { Clock } from '../env/clock.js';
import { Pace } from '../store/pace.js';
import { purgeTombstones } from '../store/tombstones/purge-tombstones.js';
import type { RepairReplicaParts, RepairStore } from './repair-replica.js';

/** Purges tombstones of a run of slots, as fast as the store gives room for it, until the signal comes. */
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
    return (await purgeTombstones({ store, clock, pace }, order, signal)).purged;
  };
}
