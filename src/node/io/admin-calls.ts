import type { AdminCalls } from '../../client/transport.js';
import { KvError } from '../core/errors.js';
import type { WatchTick } from '../core/views/event-views.js';
import type { Clock } from '../env/clock.js';
import type { KvNode } from '../node.js';

/** The administrative questions as the client port asks them; all are refused until there is a node. */
export function adminCalls(node: () => KvNode | undefined, clock: Clock): AdminCalls {
  const running = (): KvNode => {
    const found = node();
    if (found === undefined) throw new KvError('KV_NOT_READY', 'the node is starting');
    return found;
  };
  return {
    describe: async () => running().admin.describe(),
    status: async () => await running().admin.status(),
    ring: async (options) => await running().admin.ring(options),
    owners: async (key, options) => await running().admin.owners(key, options),
    gossip: async () => await running().admin.gossip(),
    repair: async (call) => await running().admin.repair(call),
    node: async (name) => await running().admin.node(name),
    events: async (options) => running().admin.events(options),
    hints: async (action, target) => await running().admin.hints(action, target),
    storage: async () => await running().admin.upkeep.view(),
    tombstones: async () => await running().admin.upkeep.tombstones(),
    storageJob: async (request) => running().admin.upkeep.job(request),
    namespaces: async () => running().admin.namespaces.view(),
    changeNamespace: async (change, ms) => await running().admin.namespaces.change(change, ms),
    topology: async () => await running().admin.topology.view(),
    changeTopology: async (order, ms) => await running().admin.topology.change(order, ms),
    drain: async (drained) => running().admin.drain(drained),
    watch: (options, signal) => ticks({ node: running, clock, signal }, options.intervalMs),
  };
}

interface Watching {
  readonly node: () => KvNode;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Whole pictures, one per interval, with the events between them; a reader that is slow gets fewer, and all events. */
async function* ticks(watching: Watching, intervalMs: number): AsyncIterable<WatchTick> {
  const { node, clock, signal } = watching;
  let seen = node().events.sequence();
  while (!signal.aborted) {
    const beganMs = clock.monotonicMs();
    const tick = await node().admin.tick(seen);
    seen = tick.events.at(-1)?.sequence ?? seen;
    yield tick;
    await pause(watching, Math.max(0, intervalMs - (clock.monotonicMs() - beganMs)));
  }
}

/** Resolves after a time, or at once when the reader goes away. */
function pause({ clock, signal }: Watching, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.after(delayMs, end);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
