import type { KvError } from './core/errors.js';
import { LIMITS } from './core/limits.js';
import { DEFAULT_SETTINGS } from './core/settings.js';
import type { Membership } from './membership/membership.js';
import type { NodeOptions } from './node-options.js';
import type { NodeFoundation, NodeServices } from './node-services.js';
import { openDirectory } from './open-directory.js';
import { EventLog } from './status/event-log.js';
import { NodeReadiness } from './status/node-readiness.js';
import { DiskReserve } from './store/disk-reserve.js';
import { DurableHlc } from './store/hlc-service.js';
import { openStore } from './store/open-store.js';

/** What a node has in hand before its services are made: its directory, its store, its clock. */
export interface OpenedNode extends Pick<
  NodeFoundation,
  'directory' | 'store' | 'disk' | 'grid' | 'hlc' | 'events' | 'readiness'
> {
  /** Closes the store and gives the directory back; who has used the clock stops it first. */
  close(): Promise<void>;
}

/**
 * Opens the data directory and the store in it; nothing is left open when it fails.
 * `services` are asked, once they are there, for what the clock must know.
 * @throws KvError every refusal of the directory and of the store
 */
export async function openNode(
  options: NodeOptions,
  services: () => NodeServices | undefined,
): Promise<OpenedNode> {
  const { env } = options;
  const directory = await openDirectory(env, options);
  const events = new EventLog(env.clock, env.log.child('events'), () => directory.name);
  const readiness = new NodeReadiness(events);
  const reserveBytes = options.diskReserveBytes ?? LIMITS.diskReserveBytes;
  const disk = new DiskReserve({ env, events, reserveBytes });
  try {
    await disk.start();
    const refuses = (): KvError | undefined => disk.refuse();
    const { store, grid } = await openStore({
      ...{ env, readiness, refuses },
      options: options.storage,
      isExpected: directory.plan.kind === 'member',
      acceptLoss: options.acceptLoss === true ? (what): void => tellLoss(events, what) : undefined,
    });
    const membership = (): Membership | undefined => services()?.membership;
    const hlc = new DurableHlc({
      clock: env.clock,
      buggify: env.buggify,
      store,
      settings: () => services()?.metadata.current()?.metadata.settings ?? DEFAULT_SETTINGS,
      clockOffsetMs: () => membership()?.clockOffsetMs(),
      commonWallMs: () => membership()?.commonWallMs(),
      hasPeers: () => membership()?.hasOthers() ?? true,
    });
    const close = async (): Promise<void> => {
      disk.stop();
      await grid.stop();
      await store.close();
      await directory.close();
    };
    return { directory, store, disk, grid, hlc, events, readiness, close };
  } catch (error) {
    disk.stop();
    await directory.close();
    throw error;
  }
}

function tellLoss(events: EventLog, what: string): void {
  const message = `a loss was accepted (${what}): this node goes on with what is left, and all its ranges are repaired now`;
  events.emit({ kind: 'store', severity: 'bad', message });
}
