import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { ValuedRun } from '../core/repair/slot-map.js';
import { RING_SIZE, SLOT_SIZE } from '../core/ring/token.js';
import type { Clock } from '../env/clock.js';
import { Pace } from '../store/pace.js';
import { purgeTombstones } from '../store/tombstones/purge-tombstones.js';
import type { RepairStore } from './repair-store.js';

/** What is to be purged: slots with their floors, ascending, and where an earlier purge of them has ended. */
export interface PurgeRequest {
  readonly floors: readonly ValuedRun[];
  readonly after: Uint8Array | undefined;
}

/** How many tombstones went, and how far it came; `until` is undefined at the end. */
export interface PurgeEnd {
  readonly dropped: number;
  readonly until: Uint8Array | undefined;
}

export type PurgeRuns = (namespace: number, request: PurgeRequest) => Promise<PurgeEnd>;

/**
 * Purges the tombstones of runs of slots up to their floors, as fast as the store gives room for it, for as long as one question of a
 * repair may take; fails when the signal comes before.
 */
export function purgeOf(store: RepairStore, clock: Clock, stopping: AbortSignal): PurgeRuns {
  const { purgeRestsPerWork: restsPerWork, purgeBytesPerSecond: bytesPerSecond } = LIMITS;
  const pace = new Pace(clock, { restsPerWork, bytesPerSecond });
  return async (namespace, { floors, after }) => {
    const pressed = new AbortController();
    const press = (): void => {
      pressed.abort();
    };
    const timer = clock.after(LIMITS.repairPurgeMs, press);
    stopping.addEventListener('abort', press, { once: true });
    try {
      let dropped = 0;
      for (const run of floors.filter(({ value }) => value > 0)) {
        const order = { namespace, range: tokensOf(run), upToMs: run.value, from: after };
        const done = await purgeTombstones({ store, clock, pace }, order, pressed.signal);
        // Whoever asked would take what is left for gone.
        if (stopping.aborted) throw new KvError('KV_NOT_READY', 'the node is stopping');
        dropped += done.purged;
        if (!done.isWhole) return { dropped, until: done.next };
      }
      return { dropped, until: undefined };
    } finally {
      timer.cancel();
      stopping.removeEventListener('abort', press);
    }
  };
}

function tokensOf({ from, to }: ValuedRun): { readonly start: number; readonly end: number } {
  return { start: from * SLOT_SIZE, end: (to * SLOT_SIZE) % RING_SIZE };
}
